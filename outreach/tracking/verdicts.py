"""Who fetched this: a person, a proxy for one, a scanner, or nobody can tell. All rules stand here. Pure.

Opens and clicks are not people: Apple's proxy fetches every pixel whether read or not; Gmail's and Yahoo's fetch when a
person opens; link scanners of business mail follow every link within seconds. Between 10 and 30 % of business clicks are
machines. A verdict is kept; the address and the browser it was made from are not.

| rule | verdict | why |
|---|---|---|
| HEAD request | scanner | mail programs GET |
| 17.0.0.0/8, 2620:149::/32, 2a01:b740::/32 or a bare "Mozilla/5.0" (open) | proxy | Apple Mail Privacy Protection: says nothing about reading |
| GoogleImageProxy, YahooMailProxy (open) | person | these fetch when somebody opens the mail |
| names of scanners and tools in the agent | scanner | SafeLinks, Barracuda, Proofpoint, Mimecast, curl … |
| no agent at all | scanner | browsers and mail programs always name themselves |
| within 10 s of handing the mail over | scanner | nobody reads that fast |
| three different links within 2 s (settled later) | scanner | nobody clicks that fast |
| a browser or mail program | person | |
| anything else | unknown | |
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

Verdict = Literal["person", "proxy", "scanner", "unknown"]

TOO_FAST = timedelta(seconds=10)
BURST_LINKS, BURST = 3, timedelta(seconds=2)

_APPLE = [ipaddress.ip_network(net) for net in ("17.0.0.0/8", "2620:149::/32", "2a01:b740::/32")]
_READERS_PROXY = re.compile(r"GoogleImageProxy|YahooMailProxy", re.IGNORECASE)
_SCANNER = re.compile(
    r"safelinks|barracuda|proofpoint|mimecast|symantec|messagelabs|forcepoint|websense|trendmicro|sophos|fireeye|trustwave"
    r"|bitdefender|eset|kaspersky|ironport|cloudmark|zscaler|virustotal|bot\b|bot/|crawler|spider|preview|scanner|slurp"
    r"|headless|phantomjs|selenium|curl/|wget/|python|java/|okhttp|go-http-client|libwww|httpclient|axios|node-fetch|ruby"
    r"|facebookexternalhit|whatsapp|telegram|slack|skypeuripreview|linkedinbot|bingpreview",
    re.IGNORECASE,
)
_PROGRAM = re.compile(
    r"firefox/|chrome/|safari/|edg[ae]?/|opr/|gecko|applewebkit|trident|msie|thunderbird|outlook|microsoft office|mailmate"
    r"|airmail|spark|k-9|emclient|postbox|lotus|evolution|kmail",
    re.IGNORECASE,
)


def verdict(
    *, kind: Literal["open", "click"], method: str, agent: str, ip: str, sent_at: datetime | None, now: datetime
) -> Verdict:
    """The verdict over one request, by what can be seen of it alone; bursts are settled by `is_burst`."""
    if method == "HEAD" or not agent.strip() or _is_scanner(agent):
        return "scanner"
    if kind == "open" and (_is_apple(ip) or agent.strip() == "Mozilla/5.0"):
        return "proxy"
    if kind == "open" and _READERS_PROXY.search(agent):
        return "person"
    if sent_at is not None and now - sent_at < TOO_FAST:
        return "scanner"
    return "person" if _PROGRAM.search(agent) else "unknown"


def is_burst(first_clicks: Sequence[datetime]) -> bool:
    """Whether these first clicks on different links of one mail came too fast for a person."""
    moments = sorted(first_clicks)
    return any(later - earlier <= BURST for earlier, later in zip(moments, moments[BURST_LINKS - 1 :], strict=False))


def _is_scanner(agent: str) -> bool:
    return bool(_SCANNER.search(agent)) and not _READERS_PROXY.search(agent)


def _is_apple(ip: str) -> bool:
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return False
    return any(address.version == net.version and address in net for net in _APPLE)
