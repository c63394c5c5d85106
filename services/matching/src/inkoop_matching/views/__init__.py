"""What matching shows."""
