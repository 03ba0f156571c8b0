"""The API of shared budgets and transfers."""
