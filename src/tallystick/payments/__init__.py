"""Money in: bank statements, matching, allocation, returns."""
