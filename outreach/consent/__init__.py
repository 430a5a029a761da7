"""Consent: opt-in with proof, unsubscribing, suppression. Asked before every mail.

lists          the topics people subscribe to        subscriptions  asked for, confirmed, granted, withdrawn
history        every change, as proof                suppression    addresses nobody writes to again
bulk           many at once: imports, expiry         ask            may this person be written to?
"""
