"""Compares our spec with the vendor's OpenAPI file: `python -m codegen.compare --help`."""
