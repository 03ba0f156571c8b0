"""Electronic invoices: what a paper says, written as Cross Industry Invoice (EN 16931). Pure, without Django."""
