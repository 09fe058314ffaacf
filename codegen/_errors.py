"""The error of this package."""

__all__ = ["CodegenError"]


class CodegenError(Exception):
    """The document or the generated code has a fault. The message says where, and what to do."""
