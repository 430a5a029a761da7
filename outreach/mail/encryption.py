"""What is wrong with an encrypted connection, in a sentence that says what to do. Pure: OpenSSL's words in, ours out."""

from __future__ import annotations

import re

from outreach.errors import N_


def sentence(answer: str, *, reading: bool) -> str:
    """A translatable sentence (with %(host)s, %(port)s, %(answer)s) for a failed handshake."""
    for words, found in _KINDS:
        if words.search(answer):
            return found
    if _NOT_TLS.search(answer):
        return _WRONG_KIND_READING if reading else _WRONG_KIND_SENDING
    return _OTHER


_NOT_TLS = re.compile(
    r"wrong.version.number|record.layer|unknown.protocol|http.request|packet.length|unexpected.eof|EOF occurred",
    re.IGNORECASE,
)
_WRONG_KIND_SENDING = N_(
    "%(host)s does not speak TLS from the start on port %(port)s (%(answer)s). TLS goes with port 465, STARTTLS with 587."
)
_WRONG_KIND_READING = N_(
    "%(host)s does not speak TLS from the start on port %(port)s (%(answer)s). TLS goes with port 993, STARTTLS with 143."
)
_OTHER = N_("The encryption with %(host)s on port %(port)s failed: %(answer)s")
_KINDS = (
    (
        re.compile(r"has expired|certificate expired", re.IGNORECASE),
        N_(
            "The certificate of %(host)s has expired. Whoever runs the server has to renew it; until then no password is "
            "sent there. Is the clock of this machine right?"
        ),
    ),
    (
        re.compile(r"not yet valid", re.IGNORECASE),
        N_("The certificate of %(host)s is not valid yet. Is the clock of this machine right?"),
    ),
    (
        re.compile(r"hostname mismatch|ip address mismatch|doesn'?t match|not valid for", re.IGNORECASE),
        N_(
            "The certificate belongs to another name than %(host)s (%(answer)s). Use the server name your provider's help "
            "page gives, often not the one of your own domain."
        ),
    ),
    (
        re.compile(r"self.signed", re.IGNORECASE),
        N_(
            "%(host)s shows a certificate it has signed itself, so nobody can tell whether it is really this server. Let "
            "whoever runs it get a proper one, or add it to the certificates this machine trusts."
        ),
    ),
    (
        re.compile(r"unable to get|unknown ca", re.IGNORECASE),
        N_(
            "Nobody this machine trusts has signed the certificate of %(host)s (%(answer)s). The server may leave out "
            "part of its chain, or a virus scanner sits in between."
        ),
    ),
)
