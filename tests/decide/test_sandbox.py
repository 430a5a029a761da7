"""Text a user wrote is filled in by a small part of Jinja that cannot escape, run long or grow huge."""

import pytest

from outreach.mail import sandbox
from outreach.mail.sandbox import Broken

NAMES = {"contact.first_name", "contact.tags", "contact.custom.*", "greeting"}
CONTACT = {"contact": {"first_name": "Jörg", "tags": ["a", "b"], "custom": {"x": "1"}}, "greeting": "Hallo Jörg"}


def filled(source: str, *, html: bool = True) -> str:
    return sandbox.compile(source, html=html, names=NAMES).render(CONTACT)


def test_gaps_conditions_loops_and_defaults_work() -> None:
    assert filled("{{ greeting }}, {% if contact.custom.x == '1' %}ja{% endif %}") == "Hallo Jörg, ja"
    assert filled("{% for tag in contact.tags %}{{ loop.index }}{{ tag | upper }} {% endfor %}") == "1A 2B "
    assert filled("{{ contact.custom.missing | default('du') }}") == "du"


def test_an_empty_value_takes_the_default_too() -> None:
    compiled = sandbox.compile("Hallo {{ contact.first_name | default('zusammen') }}", html=False, names=NAMES)
    assert compiled.render({"contact": {"first_name": ""}}) == "Hallo zusammen"


def test_values_are_escaped_in_html_and_left_alone_in_text() -> None:
    values = {"contact": {"first_name": "<b>&"}}
    assert sandbox.compile("{{ contact.first_name }}", html=True).render(values) == "&lt;b&gt;&amp;"
    assert sandbox.compile("{{ contact.first_name }}", html=False).render(values) == "<b>&"


def test_a_missing_value_is_an_error_not_a_blank() -> None:
    with pytest.raises(Broken, match="missing"):
        filled("{{ contact.custom.missing }}")


@pytest.mark.parametrize(
    "source",
    [
        "{{ contact.__class__ }}", "{{ contact['__class__'] }}", "{{ ''.__class__.__mro__ }}",
        "{{ contact.first_name.__init__.__globals__ }}", "{{ contact.first_name | attr('__class__') }}",
        "{{ contact[greeting] }}", "{{ self }}", "{{ request }}", "{{ config }}", "{{ cycler }}", "{{ lipsum() }}",
        "{% include 'x' %}", "{% import 'x' as y %}", "{% extends 'x' %}", "{% macro a() %}{% endmacro %}",
        "{% set a = 1 %}", "{% block a %}{% endblock %}", "{{ contact.first_name.format() }}",
    ],
)  # fmt: skip
def test_nobody_gets_out_of_the_sandbox(source: str) -> None:
    with pytest.raises(Broken):
        filled(source)


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'a' * 1073741824 }}", "{{ 10 ** 100000 }}", "{% for a in range(1000000) %}{% endfor %}",
        "{{ 'a' | center(1000000000) }}", "{{ 'a' | ljust(1000000000) }}", "{{ '%1000000000d' | format(1) }}",
        "{{ greeting | indent(1000000000) }}", "{{ lipsum(n=100000) }}", "{{ greeting | replace('', greeting) }}",
        "{% for a in contact.tags %}{% for b in contact.tags %}{% for c in contact.tags %}{% endfor %}{% endfor %}{% endfor %}",
        "{% for a in 'abc' %}{% endfor %}", "{% for a in contact.tags recursive %}{{ loop(contact.tags) }}{% endfor %}",
        "{{ greeting ~ greeting }}", "{{ [1, 2] * 5 }}", "{{ greeting | wordwrap(1) }}", "{{ greeting | list | pprint }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}", "{{ greeting" + " | upper" * 20000 + " }}", "x" * 600_000,
    ],
)  # fmt: skip
def test_no_text_eats_time_or_memory(source: str) -> None:
    with pytest.raises(Broken):
        filled(source)


@pytest.mark.parametrize(
    ("source", "line"), [("a\nb {{ x", 2), ("{% if %}", 1), ("\n\n{% endif %}", 3), ("\n{{ contact.nope }}", 2)]
)
def test_a_broken_text_says_in_which_line(source: str, line: int) -> None:
    with pytest.raises(Broken) as caught:
        filled(source)
    assert caught.value.line == line


def test_huge_output_is_refused() -> None:
    compiled = sandbox.compile("{% for tag in contact.tags %}{{ tag }}{% endfor %}", html=False)
    with pytest.raises(Broken, match="1000000"):
        compiled.render({"contact": {"tags": ["x" * 200_000] * 6}})


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Hallo\n{{ greeting },", "Line 2: “}” is in the wrong place"),
        ("{% blame %}", "Line 1: there is no tag “blame”."),
        ("{% if greeting %}\n", "“if” is begun here or above and not ended."),
        ("{{ greeting greeting }}", "Line 1: “greeting” is in the wrong place"),
        ("{{ greeting|nonsense }}", "there is no filter “nonsense”."),
        ("{# never closed", "Line 1: something is begun and not ended."),
        ("{{ 'open }}", "Line 1: “'” is in the wrong place"),
        ("{% for %}x{% endfor %}", "Line 1: "),
    ],
)
def test_a_spelling_mistake_is_said_in_words_of_ours(source: str, words: str) -> None:
    with pytest.raises(sandbox.Broken) as refused:
        sandbox.compile(source, html=True)
    assert words in refused.value.sentence % refused.value.values
