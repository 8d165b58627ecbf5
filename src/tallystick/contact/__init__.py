"""What we say, on which channel, and whether we may."""
