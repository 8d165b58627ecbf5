"""Judgement about money that comes in: what a bank file says, which references it names, and whose money it is."""
