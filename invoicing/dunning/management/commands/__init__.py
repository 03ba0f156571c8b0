"""Commands of dunning."""
