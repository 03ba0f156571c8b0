"""Intake: members enter what their salary depends on, payroll staff compare and confirm it into the dated master data."""
