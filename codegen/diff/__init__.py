"""What a change of the spec means: `python -m codegen.diff --help`."""
