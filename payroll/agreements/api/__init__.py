"""The API of the papers of employments."""
