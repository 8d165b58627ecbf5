"""What to do next, for one account or ten million: facts, conditions, strategies, runs, decisions."""
