"""What goes out of the invoicing service."""
