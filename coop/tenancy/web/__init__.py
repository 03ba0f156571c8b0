"""Pages around logins, roles and policy."""
