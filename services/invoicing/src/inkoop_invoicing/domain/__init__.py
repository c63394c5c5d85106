"""What is true of an invoice: facts, state, decisions."""
