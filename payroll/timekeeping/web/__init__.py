"""Pages of hours and absences: for members about themselves, for payroll staff about everybody."""
