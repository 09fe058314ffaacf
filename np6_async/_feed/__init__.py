"""Follows new events: what to ask for next, what is new, and where each query stands."""
