"""The one room that knows aiohttp."""
