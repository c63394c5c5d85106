"""Three-way matching of invoices with orders and receipts."""
