"""The API of dunning."""
