"""Sealed numbers: links and Message-IDs that name a row without letting anybody guess another one."""

from __future__ import annotations

import base64
import hashlib
import hmac

from outreach.errors import N_, BadToken

_MAC_BYTES = 16  # 128 bits: beyond guessing, short enough for a link in a plain-text mail


class Sealer:
    """Seals row numbers with the installation's key; a seal made for one kind never opens as another."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"outreach tokens\0" + secret.encode()).digest()

    def seal(self, kind: str, *numbers: int) -> str:
        """A token of letters, digits, `-` and `_` for these non-negative numbers."""
        payload = b"".join(_varint(number) for number in numbers)
        return base64.urlsafe_b64encode(self._mac(kind, payload) + payload).rstrip(b"=").decode()

    def open(self, kind: str, token: str) -> tuple[int, ...]:
        """The numbers sealed in `token`; raises BadToken for anything this key did not seal as this kind."""
        try:
            raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
            # One token, one spelling: base64 ignores stray bits in the last letter, we do not.
            canonical = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() == token
        except ValueError:
            raise BadToken(N_("This link is not valid.")) from None
        mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        if not canonical or not hmac.compare_digest(mac, self._mac(kind, payload)):
            raise BadToken(N_("This link is not valid."))
        return _unvarint(payload)

    def _mac(self, kind: str, payload: bytes) -> bytes:
        return hmac.digest(self._key, kind.encode() + b"\0" + payload, "sha256")[:_MAC_BYTES]


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _unvarint(payload: bytes) -> tuple[int, ...]:
    numbers, number, shift = [], 0, 0
    for byte in payload:
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number, shift = 0, 0
    return tuple(numbers)
