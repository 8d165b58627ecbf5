"""Judgement about interest, fees and payments: exact, pure, and with a proof of every figure.

Read in this order: `day_counts` (days as parts of a year), `terms` (what is agreed about interest), `proof` (lines, one for each
range of days), `interest`, `fees`, `late_payment`; `allocation` says what a payment pays.
"""
