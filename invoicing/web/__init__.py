"""The pages of clients, jobs and invoices."""
