"""Judgements of the desk: who sees which page, how amounts and days are written, how a chart is drawn."""
