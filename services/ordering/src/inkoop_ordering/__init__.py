"""The ordering service: orders that departments placed, and what came in of them."""
