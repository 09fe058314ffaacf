"""Decisions that need no event loop: pure functions and small classes."""
