"""What is true of an order: facts, state, decisions."""
