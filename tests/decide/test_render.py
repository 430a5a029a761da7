"""From what a person wrote to HTML and text with gaps."""

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html

from outreach.mail import render, sandbox, tags, text
from outreach.mail.render import Frame, Source
from outreach.mail.render import render as make
from outreach.mail.sandbox import Broken

FRAME = Frame(organisation="Büro Weiß", imprint=("Büro Weiß", "Am Markt 1"), why_line="Sie lesen „{{ list.name }}“.")
VALUES = {
    "contact": {"first_name": "Jörg", "company": "Müller & Söhne", "stage": "regular"}, "greeting": "Guten Tag",
    "list": {"name": "Neues"}, "unsubscribe_url": "https://n.de/u/1?a=1&b=2", "preferences_url": "https://n.de/p/1",
    "web_view_url": "https://n.de/v/1", "pixel_url": "", "link": ["https://n.de/c/1", "https://n.de/c/2"],
}  # fmt: skip


def html_of(body: str, format: str = "html") -> str:
    return sandbox.compile(make(Source("Betreff", body, format), FRAME).html, html=True).render(VALUES)


def text_of(body: str, format: str = "html") -> str:
    return sandbox.compile(make(Source("Betreff", body, format), FRAME).text, html=False).render(VALUES)


def test_links_with_a_gap_survive_inlining() -> None:
    page = html_of('<p><a href="{{ unsubscribe_url }}">ab</a></p>')
    assert 'href="https://n.de/u/1?a=1&amp;b=2"' in page


def test_a_condition_with_a_less_than_survives_inlining() -> None:
    assert ">ja<" in html_of('<p>{% if 1 < 2 and contact.stage == "regular" %}ja{% endif %}</p>')


def test_a_condition_around_table_rows_stays_around_them() -> None:
    page = html_of("<table><tr><td>a</td></tr>{% if contact.stage == 'fan' %}<tr><td>fans</td></tr>{% endif %}</table>")
    assert "fans" not in page
    assert re.search(r"<td[^>]*>a</td>", page)


def test_css_is_on_the_elements_and_media_rules_stay() -> None:
    page = html_of("<h1>Neu</h1>")
    assert re.search(r'<h1 style="[^"]*font-size:27px', page)
    assert "@media (prefers-color-scheme: dark)" in page
    assert page.startswith("<!doctype html>")


def test_plain_links_become_slots_and_links_with_gaps_stay() -> None:
    made = make(Source("x", '<a href="https://a.de/?x=1&amp;y=2">a</a> <a href="https://b.de/{{ contact.stage }}">b</a>'
                       '<a href="https://a.de/?x=1&amp;y=2">again</a> <a href="mailto:a@b.de">m</a>'), FRAME)  # fmt: skip
    assert made.links == ("https://a.de/?x=1&y=2",)
    assert made.html.count("{{ link[0] }}") == 2
    assert 'href="https://b.de/{{ contact.stage }}"' in made.html


def test_the_pixel_is_there_only_for_those_who_have_one() -> None:
    made = sandbox.compile(make(Source("x", "<p>a</p>"), FRAME).html, html=True)
    assert 'width="1"' not in made.render(VALUES)
    assert 'src="https://n.de/o/1"' in made.render({**VALUES, "pixel_url": "https://n.de/o/1"})


def test_markdown_keeps_gaps_with_quotes_and_pipes() -> None:
    page = html_of(
        '**{{ contact.company | default("x") }}**\n\n| a | b |\n|---|---|\n| {{ greeting | upper }} | 2 |', "markdown"
    )
    assert "<strong>Müller &amp; Söhne</strong>" in page
    assert "GUTEN TAG" in page


def test_mjml_becomes_a_whole_mail_with_gaps() -> None:
    page = html_of(
        "<mjml><mj-body><mj-section><mj-column><mj-text>{{ greeting }}</mj-text>"
        '<mj-button href="{{ unsubscribe_url }}">ab</mj-button></mj-column></mj-section></mj-body></mjml>',
        "mjml",
    )
    assert "Guten Tag" in page
    assert 'href="https://n.de/u/1?a=1&amp;b=2"' in page
    assert "qtag" not in page


def test_broken_mjml_says_so() -> None:
    with pytest.raises(Broken, match="MJML"):
        make(Source("x", "<mjml><mj-nonsense>", "mjml"), FRAME)


def test_a_tag_between_attributes_is_refused_with_its_line() -> None:
    with pytest.raises(Broken, match="Line 2"):
        make(Source("x", "<p>a</p>\n<p {% if greeting %}class='x'{% endif %}>b</p>"), Frame(with_unsubscribe=False))


def test_the_text_part_reads_like_a_letter() -> None:
    plain = text_of(
        '<h1>Neues</h1><p>{{ greeting }},<br>zwei <b>Dinge</b>: <a href="https://a.de">hier</a>.</p>'
        "<ul><li>eins</li><li>zwei &amp; drei</li></ul><ol start='3'><li>drei</li><li>vier</li></ol><img src='x' alt='Ein Haus'>"
    )
    assert "Neues\n\nGuten Tag,\nzwei Dinge: hier <https://n.de/c/1>." in plain
    assert "- eins\n- zwei & drei" in plain
    assert "3. drei\n4. vier" in plain
    assert "Ein Haus" in plain
    assert "Sie lesen „Neues“." in plain
    assert "https://n.de/u/1?a=1&b=2" in plain


def test_nothing_hidden_or_styling_is_in_the_text_part() -> None:
    assert text.from_html("<style>p{}</style><div style='display: none'>weg</div><p>da</p><script>x</script>") == "da\n"


_WORD = st.text(alphabet="abc äß<>&\"'", min_size=0, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_WORD, st.booleans()), min_size=1, max_size=5))
def test_inlining_before_filling_in_equals_filling_in_before_inlining(parts: list[tuple[str, bool]]) -> None:
    source = "<style>p{color:red}</style>" + "".join(
        f'<p title="{{{{ v{n} }}}}">{{% if w{n} %}}<b>{{{{ v{n} }}}}</b>{{% endif %}}<a href="https://a.de/{{{{ v{n} }}}}">x</a></p>'
        for n in range(len(parts))
    )
    values = {f"v{n}": word for n, (word, _) in enumerate(parts)} | {
        f"w{n}": shown for n, (_, shown) in enumerate(parts)
    }
    hidden = tags.hide(source)
    first = sandbox.compile(hidden.restore(render.inline(hidden.text)), html=True).render(values)
    second = render.inline(sandbox.compile(source, html=True).render(values))

    assert _meaning(first) == _meaning(second)


def _meaning(page: str) -> list[tuple[str, dict[str, str], str, str]]:
    """What a browser understands: elements, attributes (addresses without their escapes) and words."""
    tree = lxml_html.document_fromstring(page)
    return [
        (node.tag, {name: unquote(value) for name, value in node.attrib.items()}, _words(node.text), _words(node.tail))
        for node in tree.iter("p", "a", "b")
    ]


def _words(text: str | None) -> str:
    return " ".join((text or "").split())
