"""What is true of matching: facts, the case of one order, policies and the decisions."""
