"""What goes out of matching."""
