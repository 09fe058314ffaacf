"""Runs one query: slot, request, response, retry, resume, deadline."""
