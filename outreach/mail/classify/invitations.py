"""Answers to invitations (RFC 5546, METHOD:REPLY): the calendar program writes them, the person decided. Pure."""

from __future__ import annotations

import re

from outreach.mail.classify.mime import Mail

_MOST = 20_000
_ANSWERS = {"ACCEPTED": "positive", "DECLINED": "negative", "TENTATIVE": "later"}
_PARTICIPATION = re.compile(r"PARTSTAT=([A-Z-]{3,20})")


def answer(mail: Mail) -> str | None:
    """positive, negative or later; None when the mail answers no invitation."""
    for part in mail.anywhere("text/calendar"):
        text = part.text()[:_MOST].replace("\r\n ", "").replace("\n ", "")
        if not part.inner and "METHOD:REPLY" in text.upper() and (found := _PARTICIPATION.search(text.upper())):
            return _ANSWERS.get(found[1], "")
    return None
