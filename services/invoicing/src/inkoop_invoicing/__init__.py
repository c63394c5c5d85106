"""The invoicing service: the life of an invoice, from received to payable."""
