"""What files are called, what a written text is made of, and how a letter looks."""
