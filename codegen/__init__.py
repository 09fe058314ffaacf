"""From an OpenAPI document to models and endpoint methods: `python -m codegen --help`."""
