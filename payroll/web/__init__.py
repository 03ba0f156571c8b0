"""Pages of payroll: for the office, for whoever approves, for members about themselves."""
