"""What comes in to matching."""
