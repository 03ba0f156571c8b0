"""Bank accounts, statements, open claims, matching, payment orders."""
