"""Composes pages over every other package: home, search, board, public pages; writes only through actions."""
