"""Strategies that the program ships, as documents to start from. They treat nothing until they are published and assigned."""
