"""Judgement of the strategy room: the condition language and the strategy document. Pure; no database, no clock.

Read in this order: `tree` (what a condition is made of), `words` and `grammar` (text to tree), `types` (what may stand
beside what), `compile` (tree to SQL), `plain` (tree to English); then `document` and `reading` (what a strategy is made
of), `program` and `timing` (a strategy as places, effects and SQL).
"""
