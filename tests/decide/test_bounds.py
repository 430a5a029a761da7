"""Texts that made the tools behind a newsletter run for minutes, or ended the whole process, are refused in a sentence."""

from __future__ import annotations

import time

import pytest

from outreach.mail import bounds, render
from outreach.mail.render import Frame, Source
from outreach.mail.sandbox import Broken

BOMBS = {
    "mjml that overflowed the stack": ("mjml", "<mjml><mj-body>" + "<mj-wrapper>" * 3000 + "</mj-wrapper>" * 3000),
    "nested divs": ("html", "<div>" * 40_000),
    "nested tables": ("html", "<table><tr><td>" * 10_000),
    "too many elements": ("html", "<p>a</p>" * 6_000),
    "too many rules": ("html", "<style>" + ".a{color:red}" * 8_000 + "</style>"),
    "rules times elements": ("html", "<style>" + ".a{color:red}" * 900 + "</style>" + "<p>a</p>" * 4_000),
    "braces in braces": ("html", "<style>" + "@media x{" * 5_000 + "</style>"),
    "one element of 30,000 attributes": ("html", "<p " + " ".join(f"a{n}" for n in range(30_000)) + ">"),
    "one style of 20,000 declarations": ("html", '<p style="' + "color:red;" * 20_000 + '">x</p>'),
    "comments without end": ("markdown", "<!-- " * 40_000),
    "styles without end": ("html", "<style>" * 50_000),
    "a wide table": ("markdown", "|a" * 3_000 + "\n" + "|-" * 3_000 + "\n" + "|\n" * 3_000),
    "50,000 links out of few letters": ("markdown", "[a]: b\n\n" + "[a]" * 50_000),
    "20,000 gaps": ("html", "{{ greeting }}" * 20_000),
    "half a megabyte": ("markdown", "a" * 600_000),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_hang_or_kill_the_process_is_refused_at_once(name: str) -> None:
    format, body = BOMBS[name]
    start = time.process_time()
    with pytest.raises(Broken):
        render.body_html(Source(subject="s", body=body, format=format))
    assert time.process_time() - start < 5


def test_style_sheets_that_recurse_are_a_sentence() -> None:
    with pytest.raises(Broken):
        render.inline("<style>" + "@media x{" * 5_000 + "</style>")


def test_a_large_ordinary_newsletter_passes() -> None:
    row = '<tr><td style="padding:0; color:#333"><a href="https://example.de/{}">mehr</a> <b>&amp;</b></td></tr>'
    body = "<style>" + "".join(f".c{n} td{{color:red;margin:0}}" for n in range(300)) + "</style>"
    body += "<table>" * 30 + "".join(row.format(number) for number in range(400)) + "</table>" * 30
    made = render.render(Source(subject="s", body=body + "<p>offen<p>auch"), Frame())
    assert len(made.links) == 400


@pytest.mark.parametrize("text", ["Ein <!-- Wort --> ok", "a < b und b > a", "<p>eins<li>zwei<br><img src=x>" * 300])
def test_unclosed_paragraphs_and_lone_signs_are_nothing_to_refuse(text: str) -> None:
    bounds.check(text, "html")
