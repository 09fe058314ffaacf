"""Reports what a change of the spec means to users: `python -m codegen.diff --help`."""
