"""Where the business terms stand in each format: mapping as data."""
