"""Exports of the ledger for tax advisers: DATEV's booking batch, with the cooperative's own account numbers."""
