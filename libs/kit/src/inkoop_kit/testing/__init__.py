"""What tests, and the tools of others, stand our store in for."""
