# Generated from hard.yaml by `python -m codegen`: change that, not this.
"""Code made from hard.yaml."""
