"""The demo book: made from a seed number, loaded through the public doors, and lived through day by day."""
