"""What came back, understood: the bytes of a mail in, a frozen value out. Pure; never raises, however broken the mail.

    raw > mime > delivery status, spam report, receipt (structure: RFC 3464, 5965, 8098)
               > a bounce in words > an unsubscribe by a mail program > what a program says of itself (RFC 3834)
               > challenge > list > the person's own words: quote and signature off, then what they ask for

Facts behind the rules: docs and tests/decide/test_classify*.py; the words people use: german.toml, english.toml.
"""

from __future__ import annotations

from outreach.mail.classify.decide import classify, envelope
from outreach.mail.classify.values import SUBS, Classified, Envelope, Failure, Kind

__all__ = ["SUBS", "Classified", "Envelope", "Failure", "Kind", "classify", "envelope"]
