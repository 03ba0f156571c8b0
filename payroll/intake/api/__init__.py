"""The API of the intake."""
