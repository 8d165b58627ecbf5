"""What the room fulfils for rooms below it."""
