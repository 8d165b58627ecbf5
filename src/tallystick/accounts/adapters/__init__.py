"""What settings plug in from here; nothing imports it."""
