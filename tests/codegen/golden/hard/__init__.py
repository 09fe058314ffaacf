# Generated from hard.yaml by `python -m codegen`; do not edit.
"""Code made from hard.yaml."""
