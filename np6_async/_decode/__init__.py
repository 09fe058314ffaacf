"""Bytes to events. No I/O."""
