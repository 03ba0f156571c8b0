"""The API of the papers."""
