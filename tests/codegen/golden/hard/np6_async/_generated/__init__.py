# Generated from openapi/np6-events.yaml by `make codegen`; do not edit.
"""Code made from the OpenAPI document."""
