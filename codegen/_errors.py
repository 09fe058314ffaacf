"""What can go wrong between a spec and its code."""

__all__ = ["CodegenError"]


class CodegenError(Exception):
    """Code cannot be generated; the message says why and what to do."""
