"""One query, asked as often as it takes."""
