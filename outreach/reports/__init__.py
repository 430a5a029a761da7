"""Reports on personal mails: what was suggested, approved, edited, answered, and what may be learned from it.

statistics  intervals, tests, and when nothing can be concluded (pure)
responses   the figures of a span of time, as a whole and by kind, source, customer, month
"""
