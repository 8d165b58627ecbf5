"""Diary and queues of work for people."""
