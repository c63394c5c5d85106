"""What the invoicing service shows."""
