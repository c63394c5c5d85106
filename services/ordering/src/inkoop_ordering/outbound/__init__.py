"""What goes out of the ordering service."""
