"""What a payroll office hands in, keeps and shows: journal, wage account, returns, statements, notices, exports.

Everything is composed of posted payslips, the ledger and master data; nothing here computes pay.
"""
