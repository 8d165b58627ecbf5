"""Judgement about the law as dated data. Law is data: no rule here names a day, a rate or a sum.

Read in this order: `sources` (how sure a value is, and where it stands), `reading` (a file read place by place), `pack` (rules
with their dated rows), then what a row can hold: `figures`, `scales`, `rates`, `timetables`, `bounds`; `counting` holds the six
ways of counting days, `calendar` the holidays, `examples` runs what a pack claims about itself, `review` what a person has to
look at.
"""
