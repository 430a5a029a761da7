"""The strict pass and feedparser next to each other: over many feeds they never differ. And what a hostile body gives."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import parse
from feeds.guard import FetchFailed
from feeds.parse import Parsed, finish, loose, strict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADDRESS = "https://www.example.de/presse/feed.xml"

TITLES = [
    "Neuer Standort in Ulm", "Müller &amp; Söhne", "AT&amp;amp;T", "<![CDATA[Über <b>uns</b> &amp; &uuml;]]>", "",
    "  Zeile\n eins\tzwei ", "&lt;script&gt;alert(1)&lt;/script&gt;News", "&#252;ber &#x2014; 5 &lt; 6", "1 &lt; 2 &gt; 0",
    "<![CDATA[Ein]]> und <![CDATA[zwei]]>", "Fu\u00adß\u200bball", "Ã¼ber", "x\u0096y", "&quot;Zitat&quot;", "日本語", "🎉",
    "<!-- weg -->da", "a<!-- b -->c", "<?pi x?>y",
]  # fmt: skip
LINKS = ["https://a.example/1", "/news/2?utm_source=rss&amp;a=1", "javascript:alert(1)", "", " https://a.example/3 ",
         "../x", "https://a.example/?a=1&amp;b=2", "https://a.example/ü"]  # fmt: skip
DATES = ["Fri, 20 Nov 2026 10:00:00 +0100", "2026-11-20T10:00:00Z", "Fr, 20 Nov 2026", "20.11.2026 10:00 Uhr", "", "bald",
         "20. November 2026", "Fri, 20 Nov 2036 10:00:00 GMT"]  # fmt: skip
TEXTS = [
    "Nur Text", "<![CDATA[<p>Absatz</p><p>Gr&uuml;&szlig;e &amp; mehr</p>]]>", "&lt;p&gt;escaped &amp;uuml;&lt;/p&gt;", "",
    "<![CDATA[<script>x</script><img src=x onerror=alert(1)>Bild]]>", "&amp;lt;b&amp;gt;doppelt",
]  # fmt: skip
NAMESPACES = (
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:atom="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" xmlns:slash="http://purl.org/rss/1.0/modules/slash/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:foo="https://foo.example/"'
)
#: what may stand in an item beside the usual; some of it changes what feedparser sees
EXTRAS = [
    "", "<category>a</category>", "<dc:creator>Ä. Autor</dc:creator>", "<dc:date>2026-11-19T08:00:00+01:00</dc:date>",
    "<content:encoded><![CDATA[<p>Der lange Text mit <b>Auszeichnung</b> und mehr.</p>]]></content:encoded>",
    "<media:title>anderer</media:title>", "<media:description>Beschreibung</media:description>",
    "<media:content url='x.jpg'><media:title>innen</media:title></media:content>", "<media:thumbnail url='x.jpg'/>",
    "<itunes:summary>Podcast</itunes:summary>", "<itunes:title>Folge</itunes:title>", "<foo:title>fremd</foo:title>",
    "<title>zweiter Titel</title>", "<description>zweite</description>", "<atom:link href='https://b.example/9'/>",
    "<atom:link rel='self' href='https://b.example/9'/>", "<source url='https://p.example/rss'>Die Zeitung</source>",
    "<enclosure url='https://a.example/x.mp3' type='audio/mpeg' length='1'/>", "<comments>https://a.example/c</comments>",
    "<slash:comments>3</slash:comments>", "<image><title>im Bild</title><url>x</url></image>", "<atom:updated>2026-11-20T10:00:00Z</atom:updated>",
    "<summary>zusammen</summary>", "<body xmlns='http://www.w3.org/1999/xhtml'><p>x</p></body>", "<link>https://c.example/</link>",
    "<author>a@b.example (Herr Ö)</author>", "<pubDate/>", "<guid/>", "<svg xmlns='http://www.w3.org/2000/svg'><title>s</title></svg>",
    "<dc:title>dc</dc:title>", "<dc:description>dcd</dc:description>", "<id>nochmal</id>", "<published>2026-11-01</published>",
    "<expirationDate>2026-12-01</expirationDate>", "<textInput><title>t</title></textInput>", "<a:b xmlns:a='dc'>x</a:b>",
]  # fmt: skip
GUIDS = [
    "<guid>https://a.example/g</guid>",
    '<guid isPermaLink="false">tag:a,1</guid>',
    "<guid isPermaLink='true'>/rel</guid>",
    "",
    "<guid>7</guid>",
]
CHANNELS = [
    "<title>Presse</title><link>https://www.example.de/</link><description>d</description>",
    "<title>Presse</title><link>https://www.example.de/</link><atom:link rel='self' href='https://x.example/'/><ttl>60</ttl>",
    "<image><title>Bild</title><url>u</url><link>l</link></image><title>Presse</title><link>/</link><language>de</language>",
    "<atom:link href='https://alt.example/'/><title><![CDATA[P & M]]></title><sy:updatePeriod>hourly</sy:updatePeriod>",
    "<title>a</title><title>b</title>", "<link/><title/>", "<itunes:subtitle>x</itunes:subtitle><title>t</title>",
    "<title>t</title><managingEditor>x</managingEditor><lastBuildDate>2026-11-20</lastBuildDate><foo:bar><foo:title>x</foo:title></foo:bar>",
]  # fmt: skip


def rss(items: list[str], *, channel: str = CHANNELS[0], version: str = "2.0", more: str = NAMESPACES) -> str:
    """An RSS document."""
    return f'<rss version="{version}"{more}><channel>{channel}{"".join(items)}</channel></rss>'


def item(title: str, link: str, date: str, text: str, guid: str, extra: str) -> str:
    """One item of it."""
    return (
        f"<item>{guid}<title>{title}</title><link>{link}</link><description>{text}</description>"
        f"<pubDate>{date}</pubDate>{extra}</item>"
    )


def atom_entry(title: str, link: str, date: str, text: str, kind: str, extra: str) -> str:
    """One entry of an Atom feed."""
    return (
        f"<entry><id>tag:a,{len(title)}</id><title type='{kind}'>{title}</title><link href='{link}'/>"
        f"<updated>{date}</updated><summary type='{kind}'>{text}</summary>{extra}</entry>"
    )


ATOM_EXTRAS = [
    "", "<content type='html'>&lt;p&gt;lang und länger als die Zusammenfassung&lt;/p&gt;</content>", "<link rel='self' href='/self'/>",
    "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p>x <b>y</b></p></div></content>",
    "<published>2026-11-18T10:00:00Z</published>", "<author><name>Ö</name><email>a@b.example</email></author>",
    "<content src='https://a.example/x' type='text/html'/>", "<link rel='alternate' type='application/pdf' href='/p.pdf'/>",
    "<link rel='alternate' type='text/html' href='/andere'/>", "<source><title>Quelle</title><id>q</id></source>",
    "<content type='text/plain'>nur Text, aber ein ganz langer Text ist das</content>", "<rights>r</rights>", "<category term='x'/>",
    "<content type='application/json'>eyJhIjoxfQ==</content>", "<content type='image/png'>aGFsbG8=</content>",
    "<link href='/ohne'>text</link>", "<summary>zweite</summary>", "<m:group xmlns:m='http://search.yahoo.com/mrss/'><m:title>v</m:title><m:description>d</m:description></m:group>",
    "<title xml:base='https://base.example/'>zwei</title>", "<content xml:base='https://base.example/' type='html'>x</content>",
]  # fmt: skip


def documents() -> list[str]:
    """Feeds of every shape we could think of."""
    found = []
    for number, (title, link) in enumerate(itertools.product(TITLES, LINKS)):
        turn = [values[number % len(values)] for values in (DATES, TEXTS, GUIDS)]
        found.append(rss([item(title, link, *turn, "")]))
        found.append(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>F</title><link href='https://www.example.de/'/><id>x</id>"
            f"<updated>2026-11-20T00:00:00Z</updated>{atom_entry(title, link, turn[0], turn[1], ('text', 'html')[number % 2], '')}</feed>"
        )
    for number, (extra, other) in enumerate(itertools.product(EXTRAS, EXTRAS[:12])):
        found.append(rss([item("T", LINKS[0], DATES[0], TEXTS[number % 6], GUIDS[number % 5], extra + other)]))
        found.append(rss([f"<item>{extra}<title>T</title>{other}</item>"], channel=CHANNELS[number % len(CHANNELS)]))
    for extra, other in itertools.product(ATOM_EXTRAS, ATOM_EXTRAS):
        entry = atom_entry("T", "/l", "2026-11-20T10:00:00Z", "kurz", "text", extra + other)
        found.append(f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='de'><title>F</title>{entry}{entry}</feed>")
    for channel, version in itertools.product(CHANNELS, ("2.0", "0.91", "0.92", "2.0.1", "", "9")):
        found.append(rss([item("T", LINKS[0], DATES[0], "x", GUIDS[0], "")] * 2, channel=channel, version=version))
    found += [f"<?x y?>{document}" for document in found[:3]]
    found += [document.replace("<rss ", "<!DOCTYPE rss [<!ENTITY auml 'ä'>]><rss ") for document in found[:3]]
    found += [document.replace("<title>", "<title>&nbsp;", 1) for document in found[:3]]
    found += [RDF, RDF.replace("<title>Eins</title>", ""), RDF.replace("<dc:date>", "<dc:date >"), ATOM03, RSS090]
    found += [
        rss([], more=more)
        for more in (
            "",
            " xmlns='http://purl.org/rss/1.0/'",
            " xmlns:r='http://purl.org/rss/1.0/'",
            " xml:base='https://b.example/'",
            " xmlns:dc='https://not-dc.example/'",
        )
    ]
    return found


RDF = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
    " xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='https://www.example.de/'><title>R</title>"
    "<link>https://www.example.de/</link><description>d</description><items><rdf:Seq><rdf:li rdf:resource='a'/></rdf:Seq></items>"
    "</channel><item rdf:about='https://www.example.de/1'><title>Eins</title><link>https://www.example.de/1</link>"
    "<description>Text &amp;amp; mehr</description><dc:date>2026-11-20T10:00:00+01:00</dc:date></item></rdf:RDF>"
)
ATOM03 = (
    "<feed version='0.3' xmlns='http://purl.org/atom/ns#'><title>Alt</title><entry><title mode='escaped' type='text/html'>"
    "&lt;b&gt;Neu&lt;/b&gt;</title><link rel='alternate' type='text/html' href='/1'/><issued>2026-11-20T10:00:00Z</issued>"
    "<modified>2026-11-21T10:00:00Z</modified><id>x</id><content type='text/html' mode='escaped'>&lt;p&gt;Inhalt&lt;/p&gt;</content></entry></feed>"
)
RSS090 = (
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://my.netscape.com/rdf/simple/0.9/'>"
    "<channel><title>N</title><link>https://n.example/</link></channel><item><title>t</title><link>https://n.example/1</link></item></rdf:RDF>"
)


def both(document: str) -> tuple[Parsed | None, Parsed]:
    """What the strict pass makes of a document, and what feedparser does."""
    text = parse.decoded(document.encode(), "application/xml")
    quick, slow = strict.read(text), loose.read(text)
    assert slow is not None
    as_slow = finish.finished(slow, address=ADDRESS, now=NOW)
    return (
        None if quick is None else dataclasses.replace(finish.finished(quick, address=ADDRESS, now=NOW), strict=False),
        as_slow,
    )


def test_the_strict_pass_never_differs_from_feedparser() -> None:
    differ, quick_ones = [], 0
    shapes = documents()
    for document in shapes:
        quick, slow = both(document)
        if quick is not None:
            quick_ones += 1
            if quick != slow:
                differ.append(f"{document}\n  {quick}\n  {slow}")
    assert not differ, f"{len(differ)} of {len(shapes)}\n" + "\n".join(differ[:5])
    assert len(shapes) > 1000
    assert quick_ones > len(shapes) / 3, "the quick pass reads the ordinary ones"


SNIPPETS = st.sampled_from([*TITLES, *LINKS, *DATES, *TEXTS, *EXTRAS, *GUIDS])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(*[SNIPPETS] * 3), min_size=1, max_size=3), st.sampled_from(CHANNELS))
def test_mixed_up_feeds_are_read_the_same_by_both(parts: list[tuple[str, str, str]], channel: str) -> None:
    items = [f"<item><title>{a}</title><description>{b}</description>{c}</item>" for a, b, c in parts]
    try:
        quick, slow = both(rss(items, channel=channel))
    except AssertionError:
        return  # no feed at all
    assert quick is None or quick == slow


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (b"<?xml version='1.0' encoding='utf-8'?>{}", "", "Grüße"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>{}", "", "Grüße"),
    ],
)
def test_declarations_and_byte_order_marks_are_no_text(body: bytes, content_type: str, title: str) -> None:
    document = rss([item("Grüße", "https://a.example/", DATES[0], "x", "", "")]).encode()
    assert parse.parse(body.replace(b"{}", document), content_type, ADDRESS, NOW).entries[0].title == title


WORDS = "Grüße aus Köln – 5 €"


@pytest.mark.parametrize(
    ("encoding", "declared", "content_type"),
    [
        ("utf-8", "utf-8", ""), ("utf-8", "iso-8859-1", ""), ("utf-8", "", "text/xml; charset=iso-8859-1"),
        ("utf-8", "us-ascii", ""), ("utf-8", "nonsense", "text/xml; charset=rot13"), ("cp1252", "windows-1252", ""),
        ("cp1252", "iso-8859-1", ""), ("cp1252", "utf-8", ""), ("cp1252", "", ""), ("cp1252", "", "text/xml; charset=utf-8"),
        ("utf-8-sig", "", ""), ("utf-16", "utf-16", ""), ("utf-16-le", "utf-16", ""), ("utf-16-be", "", ""), ("utf-32", "", ""),
        ("iso-8859-15", "iso-8859-15", ""), ("cp1252", "us-ascii", ""), ("utf-8", "utf-7", ""), ("utf-8", "utf-16", ""),
        ("cp1252", "", "application/rss+xml; charset=windows-1252"), ("mac_roman", "", "text/xml; charset=macintosh"),
    ],
)  # fmt: skip
def test_umlauts_survive_every_declaration(encoding: str, declared: str, content_type: str) -> None:
    words = WORDS.replace("–", "-") if encoding == "iso-8859-15" else WORDS
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    document = declaration + rss([item(words, "https://a.example/", DATES[0], "x", "", "")])
    assert parse.parse(document.encode(encoding), content_type, ADDRESS, NOW).entries[0].title == words


def test_a_few_wrong_bytes_do_not_spoil_the_rest() -> None:
    document = (
        rss([item("Grüße XX", "https://a.example/", DATES[0], "x", "", "")]).encode().replace(b"XX", b"aus K\xf6ln")
    )
    assert parse.parse(document, "", ADDRESS, NOW).entries[0].title == "Grüße aus Köln"


def first(document: str | bytes, content_type: str = "") -> parse.ParsedEntry:
    """The first entry of a document."""
    body = document.encode() if isinstance(document, str) else document
    return parse.parse(body, content_type, ADDRESS, NOW).entries[0]


def test_scripts_and_wrong_schemes_never_arrive() -> None:
    entry = first(rss([item(TITLES[6], LINKS[2], "", TEXTS[4], "<guid>javascript:alert(2)</guid>", "")]))
    assert entry.title == "News"
    assert entry.link == ""
    assert "<" not in entry.text
    assert "alert" not in entry.text


def test_dates_in_the_future_are_now_and_missing_ones_stay_missing() -> None:
    assert first(rss([item("a", "/", DATES[7], "", "", "")])).published_at == NOW
    assert first(rss([item("a", "/", "", "", "", "")])).published_at is None
    assert first(rss([item("a", "/", "Thu, 01 Jan 1970 00:00:00 GMT", "", "", "")])).published_at is None


def test_google_alerts_are_unwrapped() -> None:
    entry = first(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Google Alert</title><entry><id>tag:google.com,2013:x</id>"
        "<title type='html'>&lt;b&gt;Müller&lt;/b&gt; baut in Ulm</title><link href='https://www.google.com/url?rct=j&amp;sa=t&amp;"
        "url=https://www.swp.de/a-1.html&amp;ct=ga&amp;cd=x'/><updated>2026-11-20T10:00:00Z</updated></entry></feed>"
    )
    assert (entry.title, entry.link) == ("Müller baut in Ulm", "https://www.swp.de/a-1.html")


def test_json_feeds_are_read() -> None:
    parsed = parse.parse(
        b'{"version":"https://jsonfeed.org/version/1.1","title":"J","home_page_url":"https://j.example/","items":'
        b'[{"id":7,"url":"/1","title":"A &amp; B","content_html":"<p>Gr&uuml;n</p>","date_published":"2026-11-20T10:00:00+01:00"},'
        b'{"id":"8","content_text":"1 < 2 <b>","external_url":"https://x.example/"}, "kaputt"]}',
        "application/json", ADDRESS, NOW,
    )  # fmt: skip
    assert (parsed.format, parsed.title, parsed.site) == ("json", "J", "https://j.example/")
    one, two = parsed.entries
    assert (one.id, one.title, one.text, one.link) == ("7", "A & B", "Grün", "https://www.example.de/1")
    assert (two.text, two.link, two.published_at) == ("1 < 2", "https://x.example/", None)


def test_news_sitemaps_are_read() -> None:
    entry = first(
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>"
        "<url><loc>https://z.example/1</loc><news:news><news:publication><news:name>Zeitung</news:name><news:language>de"
        "</news:language></news:publication><news:publication_date>2026-11-20</news:publication_date><news:title>Bau</news:title>"
        "</news:news></url></urlset>"
    )
    assert (entry.title, entry.link, entry.source) == ("Bau", "https://z.example/1", "Zeitung")
    assert entry.published_at == datetime(2026, 11, 20, tzinfo=UTC)


def test_media_rss_and_old_atom_are_read() -> None:
    entry = first(
        rss(
            [
                "<item><title>Film</title><media:group><media:description>Worum es geht</media:description></media:group></item>"
            ]
        )
    )
    assert (entry.title, entry.text) == ("Film", "Worum es geht")
    old = first(ATOM03)
    assert (old.title, old.text, old.link) == ("Neu", "Inhalt", "https://www.example.de/1")


@pytest.mark.parametrize(
    "body",
    [
        b"", b"   ", b"\x00" * 50, b"<!DOCTYPE html><html><body>Nein</body></html>", b"<!-- x --><html lang=de>", b"{}", b"[1, 2]",
        b'{"version": "https://jsonfeed.org/version/1", "items": 7}', b"Fatal error: Call to undefined function",
        b"%PDF-1.7", b"\x89PNG\r\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<rss>", b"{" * 100000, b'{"a":' * 100000,
        b"<?xml version='1.0'?>", b"<opml version='2.0'><body/></opml>",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(FetchFailed) as caught:
        parse.parse(body, "", ADDRESS, NOW)
    assert caught.value.kind in ("not_a_feed", "empty")


def test_entities_are_not_unfolded_and_files_not_read() -> None:
    laughs = "<!DOCTYPE l [<!ENTITY a 'hahahahaha'>" + "".join(
        f"<!ENTITY {new} '{f'&{old};' * 10}'>" for old, new in itertools.pairwise("abcdefghij")
    )
    entry = first(f"{laughs}]>" + rss([item("&j;", "/", "", "&j;", "", "")]))
    assert len(entry.title) < 100
    entry = first(
        "<!DOCTYPE l [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" + rss([item("x &a;", "/", "", "&a;", "", "")])
    )
    assert "root:" not in entry.title + entry.text


def test_no_more_than_five_hundred_entries_are_taken() -> None:
    many = ["<item><title>x</title></item>"] * 700
    parsed = parse.parse(rss(many).encode(), "", ADDRESS, NOW)
    assert (len(parsed.entries), parsed.cut, parsed.strict) == (500, True, True)
    parsed = parse.parse(rss(many).replace("<title>x", "<title>&nbsp;x", 1).encode(), "", ADDRESS, NOW)
    assert (len(parsed.entries), parsed.cut, parsed.strict) == (500, True, False)


def test_entries_without_anything_are_counted() -> None:
    parsed = parse.parse(rss(["<item/>", "<item><title>x</title></item>"]).encode(), "", ADDRESS, NOW)
    assert (len(parsed.entries), parsed.empty) == (1, 1)


def test_how_often_a_feed_wants_to_be_asked_is_read() -> None:
    hourly = "<title>t</title><ttl>90</ttl><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    parsed = parse.parse(rss([], channel=hourly).encode(), "", ADDRESS, NOW)
    assert (parsed.ttl, parsed.update_period) == (5400, 21600)


TORN = [b"<", b">", b"&", b"]]>", b"<![CDATA[", b"\x00", b"\xff", b"&#", b"<item>", b"</item>", b"<title>", b"<!--", b"<?", b"'",
        b"&#0;", b"&#xD800;", b"<a:b/>", b"<textInput>", b" xml:base='https://x.example/'", b"<link href=''/>"]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(documents()),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 30), st.sampled_from(TORN)), max_size=5),
)
def test_torn_feeds_crash_nothing_and_are_read_the_same_by_both(
    document: str, tears: list[tuple[float, int, bytes]]
) -> None:
    body = document.encode()
    for where, length, piece in tears:
        at = round(where * len(body))
        body = body[:at] + piece + body[at + length :]
    try:
        parse.parse(body, "", ADDRESS, NOW)
        text = parse.decoded(body, "")
        quick = strict.read(text)
        slow = loose.read(text) if quick is not None else None
    except FetchFailed:
        return
    if quick is not None and slow is not None:
        one, other = (finish.finished(raw, address=ADDRESS, now=NOW) for raw in (quick, slow))
        assert dataclasses.replace(one, strict=False) == other
