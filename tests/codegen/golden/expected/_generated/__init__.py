# Generated from spec.yaml by `python -m codegen`; do not edit.
"""Code made from spec.yaml."""
