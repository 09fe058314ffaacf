"""Generates models and endpoint methods from an OpenAPI document: `python -m codegen --help`."""
