"""Who fetched a pixel or followed a link."""

from datetime import UTC, datetime, timedelta

import pytest

from outreach.tracking.verdicts import is_burst, verdict

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.mark.parametrize(
    ("kind", "method", "agent", "ip", "after", "judged"),
    [
        ("open", "GET", FIREFOX, "93.184.216.34", 3600, "person"),
        ("click", "GET", FIREFOX, "93.184.216.34", 3600, "person"),
        ("open", "GET", "Mozilla/5.0", "93.184.216.34", 3600, "proxy"),
        ("open", "GET", FIREFOX, "17.58.1.2", 3600, "proxy"),
        ("click", "GET", FIREFOX, "17.58.1.2", 3600, "person"),
        ("open", "GET", "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
         "66.249.1.1", 3600, "person"),
        ("open", "GET", "YahooMailProxy; https://help.yahoo.com/", "1.2.3.4", 2, "person"),
        ("click", "HEAD", FIREFOX, "93.184.216.34", 3600, "scanner"),
        ("click", "GET", FIREFOX, "93.184.216.34", 4, "scanner"),
        ("click", "GET", "", "93.184.216.34", 3600, "scanner"),
        ("click", "GET", "curl/8.5.0", "93.184.216.34", 3600, "scanner"),
        ("click", "GET", "Mozilla/5.0 (compatible; Barracuda Sentinel)", "1.2.3.4", 3600, "scanner"),
        ("click", "GET", "Mozilla/5.0 (compatible; bingbot/2.0)", "1.2.3.4", 3600, "scanner"),
        ("open", "GET", "Microsoft Office/16.0 (Microsoft Outlook 16.0; Pro)", "1.2.3.4", 3600, "person"),
        ("open", "GET", "SomethingNew 1.0", "1.2.3.4", 3600, "unknown"),
        ("open", "GET", FIREFOX, "not an address", 3600, "person"),
    ],
)  # fmt: skip
def test_a_request_gets_the_verdict_of_the_rules(kind, method, agent, ip, after, judged) -> None:  # type: ignore[no-untyped-def]
    sent = NOW - timedelta(seconds=after)
    assert verdict(kind=kind, method=method, agent=agent, ip=ip, sent_at=sent, now=NOW) == judged


def test_three_links_in_two_seconds_are_no_person() -> None:
    second = timedelta(seconds=1)
    assert is_burst([NOW, NOW + second, NOW + 2 * second])
    assert not is_burst([NOW, NOW + second, NOW + 5 * second])
    assert not is_burst([NOW, NOW])
