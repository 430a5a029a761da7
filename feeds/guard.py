"""Which addresses may be asked at all: pure rules about URLs and network addresses, and the failure that says why not.

Checked twice: `checked` looks at what is written in a URL, `may_connect` at the network address a socket is about to
connect to. Only the second one is the promise (names can resolve to anything, and to something else a moment later).
"""

from __future__ import annotations

import functools
import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit, urlunsplit

from outreach.errors import N_

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

LONGEST_ADDRESS = 2000
_DEFAULT_PORTS = {"http": 80, "https": 443}
#: services above 1024 that speak something else than HTTP, where a request might do harm (the Fetch standard's list,
#: and databases and queues)
_BAD_PORTS = frozenset(
    {1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672, 5900}
    | {6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10080, 11211, 27017}
)
#: 0x7f.1, 2130706433, 127.1, 0177.0.0.1: what `getaddrinfo` reads as an IPv4 address though nobody writes it so
_NUMERIC_HOST = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.IGNORECASE)
_WITHOUT_SCHEME = re.compile(r"[\w-]+(?:\.[\w-]+)+(?::\d{1,5})?(?:[/?#]|$)")
#: blanks, and what neither XML nor a database holds
_BLANKS = re.compile("[\x00-\x20\x7f\ud800-\udfff\ufffe\uffff]")

#: the special-purpose registries of IANA (RFC 6890 and later), and what `is_global` of Python lets through
_CLOSED_V4 = [
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
        "168.63.129.16/32",  # the host of Azure's virtual machines, a public number that is none
    )
]  # fmt: skip
#: the only IPv6 network that is given out to the public
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = [
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
]
#: what the setting for private addresses opens: intranets and this machine; never link-local addresses (the keys of a
#: cloud machine are handed out at 169.254.169.254 and its like), multicast, or an IPv4 address wrapped in IPv6
_INTRANET = [
    ipaddress.ip_network(network)
    for network in (
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
    )
]
_METADATA = frozenset(map(ipaddress.ip_address, ("100.100.100.200", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")))
#: NAT64 (RFC 6052): an IPv4 address stands in the last four bytes
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


#: every way reading an address can fail, and how it is said; the gaps are filled from the failure's values
SENTENCES = {
    "scheme": N_("Only addresses that begin with http:// or https:// can be read."),
    "address": N_("This is not an address of a web page or feed."),
    "credentials": N_("The address holds a user name or password; feeds are read without."),
    "port": N_("Port %(port)s is not one web servers use."),
    "private_address": N_("'%(host)s' leads into a private network; only addresses of the public internet are read."),
    "dns": N_("There is no server named %(host)s."),
    "refused": N_("%(host)s does not accept connections."),
    "tls": N_("No secure connection to %(host)s came about; its certificate may be wrong or out of date."),
    "timeout": N_("The server did not answer completely within %(seconds)s seconds."),
    "bad_answer": N_("The server does not speak proper HTTP."),
    "damaged": N_("The answer ended too early or is damaged."),
    "encoding": N_("The server packs its answer in a way nobody asked for."),
    "too_large": N_("The answer is larger than %(most)s MB."),
    "too_many_redirects": N_("The address leads on in a circle, or more than %(most)s times."),
    "redirect": N_("The server leads on to something that is no address."),
    "insecure_redirect": N_("The server leads from a secure to an insecure address."),
    "gone": N_("The server says that this address is gone for good."),
    "not_found": N_("There is nothing at this address (404)."),
    "unauthorized": N_("The server wants a password (401)."),
    "forbidden": N_("The server refuses to give this to us (%(code)s)."),
    "rate_limited": N_("The server says we ask too often (429)."),
    "server_error": N_("The server has trouble of its own (%(code)s)."),
    "unexpected_status": N_("The server answered with %(code)s, which is of no use here."),
    "empty": N_("The answer is empty."),
    "not_a_feed": N_("This is a web page or something else, and not a feed."),
    "not_a_calendar": N_("This is not a calendar, or one too large to read."),
    "unreadable": N_("Reading this takes too long or too much memory."),
    "not_allowed": N_("The site asks programs not to read this page (robots.txt)."),
    "internal": N_("Reading this address failed in an unexpected way."),
}


class FetchFailed(Exception):
    """What an address gave us cannot be used: `kind` for programs, its sentence in SENTENCES for people.

    `values` fill the sentence's gaps. `retry_after` is in seconds, as the server asked.
    """

    def __init__(
        self, kind: str, *, status: int | None = None, retry_after: float | None = None, **values: str | float
    ) -> None:
        self.kind, self.sentence, self.values = kind, SENTENCES[kind], values
        self.status, self.retry_after = status, retry_after
        super().__init__(self.sentence % values)


def in_words(kind: str, values: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    """The English sentence of a failure that was kept, and what fills its gaps after translation."""
    sentence = SENTENCES.get(kind, SENTENCES["internal"])
    return sentence, {name: values.get(name, "?") for name in re.findall(r"%\((\w+)\)s", sentence)}


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be asked, in the one form we write it."""

    address: str
    scheme: str
    host: str
    port: int


def completed(address: str) -> str:
    """What a person typed, with the https:// people leave out."""
    address = address.strip()
    return f"https://{address}" if _WITHOUT_SCHEME.match(address) else address


@functools.lru_cache(maxsize=16_384)
def checked(address: str, *, allow_private: bool = False) -> Target:
    """The target an address means; raises FetchFailed when we do not ask such addresses."""
    parts = _split(address)
    if parts.scheme not in _DEFAULT_PORTS:
        raise FetchFailed("scheme")
    host = _host(parts)
    if parts.username is not None or parts.password is not None:
        raise FetchFailed("credentials")
    port = _port(parts)
    number = _as_number(host)
    if number is not None and not _is_open(number, allow_private=allow_private):
        raise private(host)
    if number is None and _NUMERIC_HOST.fullmatch(host):
        raise _unusual(host)
    shown = f"[{host}]" if ":" in host else host
    netloc = shown if port == _DEFAULT_PORTS[parts.scheme] else f"{shown}:{port}"
    clean = urlunsplit((parts.scheme, netloc, parts.path or "/", parts.query, ""))
    return Target(address=clean, scheme=parts.scheme, host=host, port=port)


def _unusual(host: str) -> FetchFailed:
    try:
        number = ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        number = None
    if number is not None and not is_public(number):
        return private(host)
    return FetchFailed("address")


def private(host: str) -> FetchFailed:
    """The failure of an address that is not on the public internet."""
    return FetchFailed("private_address", host=host[:100])


@functools.lru_cache(maxsize=16_384)
def may_connect(address: str, *, allow_private: bool) -> bool:
    """Whether a socket may connect to this network address, as `getaddrinfo` writes it (perhaps with a %zone)."""
    try:
        number = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    return _is_open(number, allow_private=allow_private)


def is_public(number: IPAddress) -> bool:
    """Whether an address belongs to the public internet, looking through every way to wrap an IPv4 address in IPv6."""
    if isinstance(number, ipaddress.IPv4Address):
        return not any(number in network for network in _CLOSED_V4)
    if number.ipv4_mapped is not None:
        return is_public(number.ipv4_mapped)
    if number in _NAT64:
        return is_public(ipaddress.IPv4Address(number.packed[12:]))
    # 6to4 and Teredo carry an IPv4 address too; nobody serves a feed there, so all of them are closed.
    return number in _OPEN_V6 and not any(number in network for network in _CLOSED_V6)


def _is_open(number: IPAddress, *, allow_private: bool) -> bool:
    if allow_private and number not in _METADATA and any(number in network for network in _INTRANET):
        return True
    return is_public(number)


def _split(address: str) -> SplitResult:
    if len(address) > LONGEST_ADDRESS:
        raise FetchFailed("address")
    try:
        parts = urlsplit(_BLANKS.sub(lambda found: "%20" if found[0] == " " else "", address.strip()))
        _ = parts.port, parts.hostname
    except ValueError:
        raise FetchFailed("address") from None
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if not host or "\\" in parts.netloc or "%" in host:
        raise FetchFailed("address")
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise FetchFailed("address") from None
    if not (_NAME.fullmatch(host) and len(host) < 254) and ":" not in host:
        raise FetchFailed("address")
    return host


def _port(parts: SplitResult) -> int:
    port = _DEFAULT_PORTS[parts.scheme] if parts.port is None else parts.port
    if port in _BAD_PORTS or (port < 1024 and port not in (80, 443)):
        raise FetchFailed("port", port=port)
    return port


def _as_number(host: str) -> IPAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
