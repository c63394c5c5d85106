"""What the base costs and how fast it is, against its budgets and its rivals: `make bench`."""
