"""What the DNS says about a mail domain: who takes its mail in, which servers it names for mail programs, SPF and DMARC.

Hints only: a domain without an answer here may be as good as any. The only module that asks the DNS for more than an
address.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import dns.exception
import dns.resolver
from dns.resolver import Resolver

from outreach.mail.message import ascii_domain
from outreach.mail.presets import Place

__all__ = ["Policy", "Resolver", "Silent", "exists", "mx", "policy", "told"]

#: seconds one question may take
LIFETIME = 3.0
#: RFC 6186 and RFC 8314 3.3: TLS from the start before STARTTLS
_SERVICES = {
    "imap": (("_imaps._tcp", "tls"), ("_imap._tcp", "starttls")),
    "smtp": (("_submissions._tcp", "tls"), ("_submission._tcp", "starttls")),
}


class Silent(Exception):  # noqa: N818 - a noun and its fate, as the other errors here
    """The DNS does not answer, so nothing is known either way."""


@dataclass(frozen=True)
class Policy:
    """The domain's SPF and DMARC records, or empty where it has none."""

    spf: str
    dmarc: str


def mx(domain: str, resolver: Resolver | None = None) -> list[str]:
    """The hosts that take the domain's mail in, the first choice first; raises Silent."""
    found = [(int(record.preference), str(record.exchange)) for record in _ask(domain, "MX", resolver)]
    return [host.rstrip(".").lower() for _, host in sorted(found) if host != "."]


def told(domain: str, resolver: Resolver | None = None) -> dict[str, Place]:
    """The servers ("imap", "smtp") the domain itself names for mail programs; raises Silent."""
    found: dict[str, Place] = {}
    for part, services in _SERVICES.items():
        for service, security in services:
            records = sorted(
                _ask(f"{service}.{domain}", "SRV", resolver), key=lambda record: (record.priority, -record.weight)
            )
            target = str(records[0].target).rstrip(".").lower() if records else ""
            if target:  # "." says: not offered (RFC 2782)
                found[part] = Place(target, int(records[0].port), security)
                break
    return found


def exists(host: str, resolver: Resolver | None = None) -> bool:
    """Whether a host of this name has an address; raises Silent."""
    return any(_ask(host, kind, resolver) for kind in ("A", "AAAA"))


def policy(domain: str, resolver: Resolver | None = None) -> Policy:
    """SPF (RFC 7208) and DMARC (RFC 7489) of the domain; for DMARC also of the domain above it. Raises Silent."""
    spf = next((text for text in _texts(domain, resolver) if re.match(r"v=spf1(?: |$)", text, re.IGNORECASE)), "")
    dmarc = ""
    above = domain.split(".", 1)[1] if domain.count(".") > 1 else ""
    for name in filter(None, (domain, above)):
        records = _texts(f"_dmarc.{name}", resolver)
        dmarc = dmarc or next((text for text in records if re.match(r"v=DMARC1\b", text, re.IGNORECASE)), "")
    return Policy(spf, dmarc)


def _texts(name: str, resolver: Resolver | None) -> list[str]:
    return [b"".join(record.strings).decode("utf-8", "replace").strip() for record in _ask(name, "TXT", resolver)]


def _ask(name: str, kind: str, resolver: Resolver | None) -> list[Any]:
    try:
        answer = (resolver or Resolver()).resolve(ascii_domain(name), kind, lifetime=LIFETIME)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:  # silence, a broken server, a name that is none
        raise Silent(str(error)) from None
    return list(answer)
