"""The error of this package."""

__all__ = ["CodegenError"]


class CodegenError(Exception):
    """The document or the generated code has a fault. The message says where, and what to do.

    Args:
        message: The message.
        found: The fault alone, without its place.
    """

    def __init__(self, message: str, found: str = "") -> None:
        super().__init__(message)
        self.found = found or message
