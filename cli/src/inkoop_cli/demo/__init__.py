"""The demo: a story of purchases in documents of our own, played on the real services."""
