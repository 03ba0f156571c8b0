"""Asking for money that is late: levels by policy, letters of their own, interest by law, and what becomes of the rest."""
