"""The API of payroll."""
