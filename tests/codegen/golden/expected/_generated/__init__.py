# Generated from spec.yaml by `python -m codegen`: change that, not this.
"""Code made from spec.yaml."""
