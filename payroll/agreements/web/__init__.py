"""Pages of the papers of employments."""
