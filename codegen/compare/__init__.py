"""Our fragment beside the vendor's own document: `python -m codegen.compare --help`."""
