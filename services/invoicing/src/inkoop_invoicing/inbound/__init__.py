"""What comes in to the invoicing service."""
