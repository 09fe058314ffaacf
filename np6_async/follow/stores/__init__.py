"""Stores of cursors: in memory, in a SQLite file, in PostgreSQL."""
