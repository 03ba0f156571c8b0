"""Figures of the papers as pure functions: no database, no clock."""
