"""What is assumed of days that have not come, and what they come to."""
