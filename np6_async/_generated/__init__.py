# Generated from openapi/np6-events.yaml by `make codegen`: change that, not this.
"""Code made from openapi/np6-events.yaml."""
