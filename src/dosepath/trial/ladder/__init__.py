"""The ladder of dose levels as dated patients climb it: who counts where, and what may be done next.

Values in, values out. Verdicts on single patients come from `dosepath.safety`, the 3+3 rule from
`dosepath.dosefinding`; what lies between them is here: cohorts, replacement, stagger, slots, board, planned number.
"""
