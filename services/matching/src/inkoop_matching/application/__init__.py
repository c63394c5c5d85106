"""What may be asked of matching."""
