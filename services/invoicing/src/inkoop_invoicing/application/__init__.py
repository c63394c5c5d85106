"""What may be asked of the invoicing service."""
