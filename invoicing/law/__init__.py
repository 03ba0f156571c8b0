"""The law of invoices as pure functions: no Django, no clock, no I/O but its parameter files."""
