"""What may be asked of the ordering service."""
