"""Copies operations from the vendor's file into our spec: `python -m codegen.adopt --help`."""
