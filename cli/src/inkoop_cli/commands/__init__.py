"""One module for each command: what it asks, and how it shows the answer."""
