"""Pages of shared budgets and transfers."""
