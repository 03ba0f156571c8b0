"""Pages of planning: asking for a salary, and deciding on it."""
