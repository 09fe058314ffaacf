"""What is decided without an event loop: pure functions and small classes."""
