"""What comes in to the ordering service."""
