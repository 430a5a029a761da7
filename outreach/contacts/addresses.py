"""Mail addresses: what may stand in a header, what two spellings have in common, what the suppression list keeps."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

from outreach.errors import N_, Invalid

MOST = 254  # RFC 5321 4.5.3.1.3 less the angle brackets; erratum 1690
LOCAL_MOST = 64  # RFC 5321 4.5.3.1.1
#: an unquoted ASCII local part (RFC 5322 3.2.3)
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_PLAIN_DOMAIN = re.compile(r"[A-Za-z0-9.-]+")
#: RFC 2142 and RFC 5321 4.5.1: names that mean the same however they are written; the library writes them small
_CASELESS = frozenset(
    "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp".split()  # noqa: SIM905
)


def clean_address(address: str) -> str:
    """The address as it may stand in a header (RFC 5321, 6531); raises Invalid with what is wrong."""
    address = address.strip()
    return _clean_plain(address) or _clean_any(address)


def address_key(address: str) -> str:
    """What two spellings of one mailbox have in common: a clean address, case folded."""
    return clean_address(address).casefold()


def address_hash(key: str) -> bytes:
    """The 32 bytes the suppression list keeps of an address key (SHA-256; docs/decisions/0005-suppression-hash.md)."""
    return hashlib.sha256(b"outreach address\0" + key.encode()).digest()


def _clean_plain(address: str) -> str | None:
    """The short way for the usual address: plain ASCII before the @, a domain the library was asked about before.

    Gives None for everything else; never accepts what the library would not (a property test compares them).
    """
    local, at, domain = address.rpartition("@")
    if not at or len(address) > MOST or len(local) > LOCAL_MOST or local.lower() in _CASELESS:
        return None
    if not _PLAIN_LOCAL.fullmatch(local) or not _PLAIN_DOMAIN.fullmatch(domain):
        return None
    known = _domain(domain)
    return f"{local}@{known}" if known and known.isascii() else None


@lru_cache(maxsize=65536)
def _domain(domain: str) -> str | None:
    try:
        return validate_email(f"a@{domain}", check_deliverability=False, test_environment=True, strict=True).domain
    except EmailNotValidError:
        return None


def _clean_any(address: str) -> str:
    if len(address) <= 2 * MOST:  # the library needs a second for a line of a megabyte
        try:
            return validate_email(address, check_deliverability=False, test_environment=True, strict=True).normalized
        except EmailNotValidError:
            pass  # what is wrong with it is said below, in words of ours
    raise Invalid(_what_is_wrong(address), field="email", address=_shown(address))


def _what_is_wrong(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if any(not character.isprintable() for character in address):
        return N_("“%(address)s” is not a mail address: it contains a line break or another control character.")
    if not at:
        return N_("“%(address)s” is not a mail address: the @ is missing.")
    if not local or not domain:
        return N_("“%(address)s” is not a mail address: something is missing before or after the @.")
    if len(address) > MOST or len(local) > LOCAL_MOST:
        return N_("“%(address)s” is not a mail address: it is too long.")
    if " " in address:
        return N_("“%(address)s” is not a mail address: it contains a space.")
    if "." not in domain:
        return N_("“%(address)s” is not a mail address: the part after the @ needs an ending such as .de.")
    return N_("“%(address)s” is not a valid mail address.")


def _shown(address: str) -> str:
    return "".join(character if character.isprintable() else "�" for character in address[:100])
