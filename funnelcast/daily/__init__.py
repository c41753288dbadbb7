"""The day's work: every step in order, each recorded, so that a run that was killed goes on where it stood.

A run stands at one moment, its as_of. Every step is a function of the stored facts and that moment, stores its result
whole or not at all, and changes nothing when it is done again; so a run that is resumed ends as one that was never
disturbed.
"""
