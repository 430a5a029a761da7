"""Addresses that may be asked, markup made plain, dates and links as feeds write them."""

from __future__ import annotations

import ipaddress
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds import clean, dates, guard, links
from feeds.guard import FetchFailed

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

CLOSED = [
    "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "0.0.0.0",
    "0.1.2.3", "100.64.0.1", "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1", "::", "::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:db8::1", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fec0::1", "ff02::1", "100::1", "3fff::1", "5f00::1",
]  # fmt: skip
OPEN = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", CLOSED)
def test_addresses_that_are_not_public_are_closed(address: str) -> None:
    assert not guard.is_public(ipaddress.ip_address(address))
    assert not guard.may_connect(address, allow_private=False)


@pytest.mark.parametrize("address", OPEN)
def test_public_addresses_are_open(address: str) -> None:
    assert guard.may_connect(address, allow_private=False)


def test_the_setting_opens_intranets_and_this_machine_and_nothing_else() -> None:
    opened = {address for address in CLOSED if guard.may_connect(address, allow_private=True)}
    assert opened == {
        "127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "100.127.255.255", "::1", "fc00::1",
    }  # fmt: skip


@given(st.ip_addresses(v=4))
def test_no_way_to_wrap_a_closed_address_opens_it(number: ipaddress.IPv4Address) -> None:
    if not guard.is_public(number):
        value = int(number)
        for wrapped in (0xFFFF << 32 | value, 0x64FF9B << 96 | value, 0x2002 << 112 | value << 80, value):
            assert not guard.is_public(ipaddress.IPv6Address(wrapped))


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("ftp://a.example/", "scheme"), ("javascript:alert(1)", "scheme"), ("", "scheme"), ("http://", "address"),
        ("http://u:p@a.example/", "credentials"), ("http://u@a.example/", "credentials"), ("http://a.example:22/", "port"),
        ("http://a.example:6379/", "port"), ("http://a.example:99999/", "address"), ("http://127.1/", "private_address"),
        ("http://0x7f000001/", "private_address"), ("http://017700000001/", "private_address"), ("http://1.1/", "address"),
        ("http://①②⑦.⓪.⓪.①/", "private_address"), ("http://[::ffff:127.0.0.1]/", "private_address"), ("http://a b/", "address"),
        ("http://a.example\\@b.example/", "address"), ("http://%31%32%37.0.0.1/", "address"), ("http://a..b/", "address"),
        ("http://[fe80::1%25eth0]/", "address"), ("http://" + "a" * 3000, "address"),
    ],
)  # fmt: skip
def test_unusual_addresses_are_refused_by_their_form(address: str, kind: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        guard.checked(address)
    assert caught.value.kind == kind


def test_addresses_are_brought_to_one_form() -> None:
    assert guard.checked("HTTPS://Bücher.Example:443/a b#c").address == "https://xn--bcher-kva.example/a%20b"
    assert guard.completed(" www.a.example/feed ") == "https://www.a.example/feed"
    assert guard.completed("a.example:8080") == "https://a.example:8080"
    assert guard.completed("javascript:alert(1)") == "javascript:alert(1)"


def test_every_kind_of_failure_has_a_sentence_its_values_fill() -> None:
    for kind in guard.SENTENCES:
        sentence, values = guard.in_words(kind, {})
        assert "%(" not in sentence % values


# --- text ---


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Hallo <b>Welt</b></p><p>zwei</p>", "Hallo Welt\nzwei"), ("1 < 2 & 3 > 2", "1 < 2 & 3 > 2"), ("<3", "<3"),
        ("AT&amp;T", "AT&T"), ("a<br>b<img alt='a > b'>c", "a\nb c"), ("x<!-- weg -->y", "xy"), ("x<!-- offen", "x"),
        ("<script>böse()</script>gut", "gut"), ("<SCRIPT >x</ScRiPt >gut", "gut"), ("<style>p{}</style>gut", "gut"),
        ("&lt;script&gt;x&lt;/script&gt;gut", "gut"), ("Wort\u00adtrennung\u200b", "Worttrennung"), ("a\x00b\x07c", "abc"),
        ("<a href=\"x>y", "y"), ("Gr&uuml;&szlig;e &#8211; &#x20AC;", "Grüße – €"), ("u\u0308ber", "über"), ("<p/>x<p>", "x"),
        ("a &lt;b&gt; c", "a  c".replace("  ", " ")), ("\u202eumgedreht", "umgedreht"), ("<div><ul><li>1<li>2</ul></div>", "1\n2"),
    ],
)  # fmt: skip
def test_markup_becomes_what_a_reader_would_see(markup: str, text: str) -> None:
    assert clean.plain(markup) == text


def test_titles_are_unescaped_once_and_one_line() -> None:
    assert clean.title("A &amp;amp; B") == "A &amp; B"
    assert clean.title("<b>Zwei</b>\n Zeilen") == "Zwei Zeilen"
    assert len(clean.title("Wort " * 500)) <= clean.MOST_TITLE


@pytest.mark.parametrize(
    "piece",
    ["<div>", "<!--", "<a b='", "<a \"'", "<script>", "<svg>", "<", "&", "&lt;a ", "</", "<a ", "\n ", "<![CDATA["],
)
def test_no_markup_takes_long(piece: str) -> None:
    started = time.monotonic()
    clean.plain(piece * (clean.MOST_HTML // len(piece)))
    assert time.monotonic() - started < 1


@given(st.text())
def test_any_text_survives_cleaning_without_control_characters(text: str) -> None:
    plain = clean.plain(text)
    assert not any(ord(letter) < 32 and letter != "\n" for letter in plain)
    assert clean.plain(plain) is not None
    plain.encode()


# --- dates ---


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 20 Nov 2026 10:00:00 +0100", "2026-11-20T09:00"), ("Fri, 20 Nov 2026 10:00:00 GMT", "2026-11-20T10:00"),
        ("20 Nov 26 10:00 EST", "2026-11-20T15:00"), ("2026-11-20T10:00:00Z", "2026-11-20T10:00"),
        ("2026-11-20T10:00:00.123+01:00", "2026-11-20T09:00"), ("2026-11-20", "2026-11-20T00:00"), ("20261120T100000Z", "2026-11-20T10:00"),
        ("Fr, 20 Dez 2026", "2026-12-20T00:00"), ("20.11.2026 10:00 Uhr", "2026-11-20T09:00"), ("20. November 2026", "2026-11-20T00:00"),
        ("Freitag, 20. November 2026, 10:00 Uhr", "2026-11-20T09:00"), ("20.07.2026 10:00", "2026-07-20T08:00"),
        ("20. März 2026 um 10.30 Uhr", "2026-03-20T09:30"), ("Di., 20. Mai 2026 08:05 MESZ", "2026-05-20T06:05"),
        ("Sa, 20 Dez 2026 10:00:00 +0100", "2026-12-20T09:00"), ("20.11.26", "2026-11-20T00:00"), ("Nov 20, 2026 3:05 pm", "2026-11-20T15:05"),
        ("Fri Nov 20 10:00:00 2026", "2026-11-20T10:00"), ("Fri, 20 Nov 2026 24:00:00 +0000", "2026-11-21T00:00"),
        ("20 Jänner 2026 10:00", "2026-01-20T09:00"), ("Thu, 20 Nov 2026 10:00 GMT+1", "2026-11-20T09:00"),
    ],
)  # fmt: skip
def test_dates_are_read_however_they_are_written(text: str, moment: str) -> None:
    assert dates.read(text) == datetime.fromisoformat(moment).replace(tzinfo=UTC) or (
        dates.read(text) is not None and str(dates.read(text)).startswith(moment.replace("T", " "))
    )


@pytest.mark.parametrize(
    "text", ["", "morgen", "32.13.2026", "0000-00-00", "20.11.", "Fri, 99 Nov 2026", "2026-11-20T99:00", "9" * 200]
)
def test_what_is_no_date_is_none(text: str) -> None:
    assert dates.read(text) is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_dates(text: str) -> None:
    dates.read(text)


# --- links ---


@pytest.mark.parametrize(
    "one",
    [
        "http://www.a.example/x", "https://a.example/x/", "https://m.a.example/x?utm_source=rss&utm_medium=feed", "https://a.example/x#top",
        "https://www.a.example/x?fbclid=1&gclid=2", "https://a.example/x/amp/", "https://amp.a.example/x", "https://a.example//x?ref=rss",
        "https://www.google.com/url?rct=j&url=https://a.example/x&ct=ga", "https://a.example:443/x",
    ],
)  # fmt: skip
def test_copies_of_a_link_share_one_form(one: str) -> None:
    assert links.canonical(one) == "https://a.example/x"


def test_what_a_page_needs_stays_in_its_link() -> None:
    assert links.canonical("https://a.example/?id=7&b=1") == "https://a.example/?b=1&id=7"
    assert links.canonical("https://a.example/?ref=42") == "https://a.example/?ref=42"
    assert links.canonical("https://m.example/x") == "https://m.example/x"


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " java\nscript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "mailto:a@b",
        "",
        "http://[::1",
    ],
)
def test_links_that_lead_to_no_page_are_dropped(link: str) -> None:
    assert links.absolute(link, "https://base.example/feed") == ""


def test_relative_links_are_made_whole_and_harmless() -> None:
    assert links.absolute("/x y", "https://base.example/feed") == "https://base.example/x%20y"
    assert links.absolute('https://a.example/"><script>', "") == "https://a.example/%22%3E%3Cscript%3E"


def test_domains_are_the_registrable_ones() -> None:
    assert links.domain("https://news.a.co.uk/x") == "a.co.uk"
    assert links.domain("https://www.a.example/x") == "a.example"
    assert links.domain("http://127.0.0.1:8000/") == "127.0.0.1"
    assert links.domain("http://localhost/") == "localhost"
