"""Budgets that several members share, and transfers between budgets inside the cooperative."""
