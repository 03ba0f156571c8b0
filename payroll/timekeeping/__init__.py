"""Working time and absences: members record and ask, payroll staff confirm, the calculation reads days."""
