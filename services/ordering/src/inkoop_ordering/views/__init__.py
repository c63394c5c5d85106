"""What the ordering service shows."""
