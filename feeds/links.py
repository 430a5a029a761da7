"""Links of entries: made absolute, unwrapped, allowed or not, and brought to the one form two copies share."""

from __future__ import annotations

import functools
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from publicsuffixlist import PublicSuffixList

LONGEST = 2000
_SCHEMES = ("http", "https")
_BLANKS = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
#: parameters that say how somebody came, not where to
_WAYS = re.compile(
    r"(?:utm_|pk_|piwik_|mtm_|hsa_|wt_|at_|oly_).*|wt\.(?:mc|zmc|rss).*|_hs(?:enc|mi)|__hs.*|fbclid|gclid|gclsrc|dclid|gbraid"
    r"|wbraid|msclkid|yclid|twclid|ttclid|igshid|mc_[ce]id|mkt_tok|vero_id|cmpid|cmp|xtor|ns_\w+|s_cid|ncid|ocid|ftag|spm"
    r"|_ga|_gl|icid|wtmc|wt_mc|wtrid|rss|reduced|outputtype",
    re.IGNORECASE,
)
#: only with these values; elsewhere the same names mean something
_WAY_VALUES = {
    "ref": re.compile(r"(?:rss|feed|atom|tw|twitter|fb|facebook|newsletter|home|share)\w*", re.IGNORECASE),
    "source": re.compile(r"(?:rss|feed|atom)\w*", re.IGNORECASE),
    "from": re.compile(r"(?:rss|feed)\w*", re.IGNORECASE),
    "output": re.compile(r"amp", re.IGNORECASE),
    "amp": re.compile(r"1|true|", re.IGNORECASE),
}
_WRAPPERS = re.compile(r"(?:www\.)?google\.[a-z.]{2,6}", re.IGNORECASE)


def absolute(link: str, base: str) -> str:
    """The whole address of a link found at `base`; empty when it is none a page may lead to (javascript:, data: …)."""
    link = _BLANKS.sub(lambda found: "%20" if found[0] == " " else "", link.strip())
    if not link or len(link) > LONGEST:
        return ""
    try:
        joined = urljoin(base, link) if base else link
        parts = urlsplit(joined)
        _ = parts.port
    except ValueError:
        return ""
    if parts.scheme not in _SCHEMES or not parts.hostname:
        return ""
    # What could end an attribute or begin a tag is never left as it is, whoever prints it.
    joined = joined.replace('"', "%22").replace("<", "%3C").replace(">", "%3E").replace("'", "%27").replace("\\", "%5C")
    return joined if len(joined) <= LONGEST else ""


def unwrapped(link: str) -> str:
    """Where a link of Google Alerts or of a Google search leads to; any other link as it is."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return link
    if parts.path != "/url" or not _WRAPPERS.fullmatch(parts.hostname or ""):
        return link
    for name, value in parse_qsl(parts.query):
        if name in ("url", "q") and absolute(value, ""):
            return absolute(value, "")
    return link


def canonical(link: str) -> str:
    """The form two copies of a link share, for comparing, not for following: no tracking, no mobile or AMP twin."""
    try:
        parts = urlsplit(unwrapped(link))
        port = parts.port
    except ValueError:
        return link
    host = re.sub(r"^(?:(?:www|m|mobile|mobil|amp)\.)+(?=[^.]+\.)", "", (parts.hostname or "").rstrip("."))
    netloc = host if port in (None, 80, 443) else f"{host}:{port}"
    # http and https, with and without a slash at the end: the same page wherever anybody looked.
    return urlunsplit(("https", netloc, _path(parts.path), _query(parts.query), ""))


def _path(path: str) -> str:
    path = quote(unquote(path), safe="/:@!$&'()*+,;=-._~")
    path = re.sub(r"/amp(?:/|\.html)?$|^/amp(?=/)", "", path)
    path = re.sub(r"/(?:index\.(?:html?|php))$", "/", re.sub(r"//+", "/", path))
    return path.rstrip("/") or "/"


def _query(query: str) -> str:
    if not query:
        return ""
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not _is_way(name, value)]
    return urlencode(sorted(kept))


def _is_way(name: str, value: str) -> bool:
    if _WAYS.fullmatch(name):
        return True
    rule = _WAY_VALUES.get(name.lower())
    return rule is not None and rule.fullmatch(value) is not None


@functools.cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def domain(address: str) -> str:
    """The registrable domain of an address, for politeness: `example.co.uk`; an IP address or a bare name as it is."""
    host = (urlsplit(address).hostname or "").rstrip(".").lower()
    if not host or ":" in host or host.replace(".", "").isdecimal():
        return host
    return _suffixes().privatesuffix(host) or host
