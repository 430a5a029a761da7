"""Filling in text a user wrote: a small, safe part of Jinja, checked when it is saved and again when it is compiled.

Jinja's sandbox stops code from escaping, but not from eating time and memory (`'a' * 2**30`, nested ranges, `center`).
So the syntax tree is checked first: known names, known filters, conditions, loops over given lists; no calls, no
arithmetic. What is left cannot run long, and its output is capped besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from outreach.errors import N_, OutreachError

OUTPUT_MOST = 1_000_000  # characters; a newsletter of 100 kB is already clipped by large mailbox providers
SOURCE_MOST = 500_000
_LOOPS_MOST = 2  # nested

_NODES = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const,
    nodes.Filter, nodes.Test, nodes.If, nodes.For, nodes.CondExpr, nodes.And, nodes.Or, nodes.Not, nodes.Compare,
    nodes.Operand,
)  # fmt: skip
_TESTS = {"defined", "undefined", "none", "in", "eq", "ne", "lt", "gt", "le", "ge"}
_FILTERS = {"default", "d", "upper", "lower", "title", "capitalize", "trim", "truncate", "join", "length", "first",
            "last", "date", "number", "e", "escape"}  # fmt: skip


class Broken(OutreachError):
    """A text with gaps that cannot be used; `line` says where."""

    status = 422

    def __init__(self, sentence: str, *, line: int = 1, field: str | None = None, **values: object) -> None:
        self.line = line
        super().__init__(sentence, field=field, line=line, **values)


class Filled:
    """A compiled text with gaps."""

    def __init__(self, template: jinja2.Template) -> None:
        self._template = template

    def render(self, values: Mapping[str, Any]) -> str:
        """The text for these values; raises Broken for a gap without a value and for huge output."""
        try:
            text = self._template.render(values)
        except jinja2.UndefinedError as error:
            raise Broken(N_("A value is missing: %(what)s"), what=str(error)) from None
        except (TypeError, ValueError, ArithmeticError, jinja2.TemplateRuntimeError) as error:
            raise Broken(N_("The text cannot be filled in: %(what)s"), what=str(error)) from None
        if len(text) > OUTPUT_MOST:
            raise Broken(N_("The finished text has more than %(most)s characters."), most=OUTPUT_MOST)
        return text


def missing(why: str) -> Any:
    """A value that is not there: a default takes its place, a condition finds it empty, and a bare gap says why."""
    return _Missing(hint=why)


class _Missing(jinja2.Undefined):
    """Raises where it is written down; empty in a condition."""

    __slots__ = ()

    def __str__(self) -> str:
        return self._fail_with_undefined_error()


def compile(source: str, *, html: bool, names: Iterable[str] | None = None) -> Filled:
    """`source` compiled; `html` escapes values. With `names`, anything but these variables is refused.

    `names` are dotted: "contact.first_name"; "contact.custom.*" allows any one word there.
    Raises Broken with the line and a sentence.
    """
    environment = _HTML if html else _TEXT
    try:
        check(parse(source), names)
        return Filled(environment.from_string(source))
    except RecursionError:
        raise Broken(N_("The text is nested too deeply.")) from None
    except jinja2.TemplateSyntaxError as error:  # a filter or test the parser knows and the compiler does not
        raise _misspelt(error) from None


def parse(source: str) -> nodes.Template:
    """The syntax tree; raises Broken with the line for a syntax error."""
    if len(source) > SOURCE_MOST:
        raise Broken(N_("The text has more than %(most)s characters."), most=SOURCE_MOST)
    try:
        return _TEXT.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise _misspelt(error) from None


_MISSPELT = (
    (r"Encountered unknown tag '(.+?)'", N_("Line %(line)s: there is no tag “%(what)s”.")),
    (r"innermost block that needs to be closed is '(.+?)'", N_("Line %(line)s: “%(what)s” is begun here or above and not ended.")),
    (r"[Uu]nexpected end of template|[Mm]issing end of", N_("Line %(line)s: something is begun and not ended.")),
    (r"No (?:filter|test) named '(.+?)'", N_("Line %(line)s: there is no filter “%(what)s”.")),
    (r"unexpected '(.+?)'|got '(.+?)'|unexpected char (?:'|\")(.+?)(?:'|\")",
     N_("Line %(line)s: “%(what)s” is in the wrong place. A gap has two braces on each side: {{ … }}, a condition {%% … %%}.")),
)  # fmt: skip


def _misspelt(error: jinja2.TemplateSyntaxError) -> Broken:
    """What Jinja says about the spelling, as a sentence of ours."""
    for pattern, words in _MISSPELT:
        if found := re.search(pattern, error.message or ""):
            return Broken(words, line=error.lineno, what=next((one for one in found.groups() if one), ""))
    return Broken(N_("Line %(line)s: this is not understood (%(what)s)."), line=error.lineno, what=error.message or "")


def check(tree: nodes.Template, names: Iterable[str] | None = None) -> None:
    """Refuse what the sandbox would let through and we will not run, and variables not among `names`."""
    known = None if names is None else set(names)
    _check(tree, known, local=frozenset(), loops=0)


def variables(tree: nodes.Template) -> set[str]:
    """The dotted names of all variables used."""
    return {name for node in tree.find_all((nodes.Name, nodes.Getattr, nodes.Getitem)) if (name := _dotted(node))}


def defaulted(tree: nodes.Template) -> set[str]:
    """The variables that are safe when empty: everywhere used with a default or inside a condition on themselves."""
    bare = {
        name
        for output in tree.find_all(nodes.Output)
        for node in output.nodes
        if not isinstance(node, nodes.TemplateData) and (name := _dotted(node))
    }
    return variables(tree) - bare


def _check(node: nodes.Node, known: set[str] | None, *, local: frozenset[str], loops: int) -> None:
    if not isinstance(node, _NODES):
        raise Broken(N_("Line %(line)s: “%(what)s” cannot be used here."), line=node.lineno, what=_plain(node))
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.node is None):
        raise Broken(N_("Line %(line)s: there is no filter “%(what)s”."), line=node.lineno, what=node.name)
    if isinstance(node, nodes.Test) and node.name not in _TESTS:
        raise Broken(N_("Line %(line)s: there is no test “%(what)s”."), line=node.lineno, what=node.name)
    if isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Name):
        return _check_name(node, known, local)
    if isinstance(node, nodes.For):
        return _check_loop(node, known, local=local, loops=loops + 1)
    for child in node.iter_child_nodes():
        _check(child, known, local=local, loops=loops)
    return None


def _check_name(node: nodes.Expr, known: set[str] | None, local: frozenset[str]) -> None:
    name = _dotted(node)
    if name is None or any(part.startswith("_") for part in name.split(".")):
        raise Broken(N_("Line %(line)s: only plain names like contact.first_name can be used."), line=node.lineno)
    if known is None or name.split(".")[0] in local:
        return
    wildcard = name.rpartition(".")[0] + ".*"
    if name not in known and wildcard not in known:
        raise Broken(N_("Line %(line)s: “%(what)s” is not known."), line=node.lineno, what=name)


def _check_loop(node: nodes.For, known: set[str] | None, *, local: frozenset[str], loops: int) -> None:
    if loops > _LOOPS_MOST or node.recursive or not isinstance(node.iter, nodes.Name | nodes.Getattr):
        raise Broken(N_("Line %(line)s: a loop may only run over a given list."), line=node.lineno)
    if not isinstance(node.target, nodes.Name):
        raise Broken(N_("Line %(line)s: a loop needs one plain name."), line=node.lineno)
    _check_name(node.iter, known, local)
    for child in (*node.body, *node.else_, *([node.test] if node.test else [])):
        _check(child, known, local=local | {node.target.name, "loop"}, loops=loops)


def _dotted(node: nodes.Node) -> str | None:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        before, last = _dotted(node.node), node.attr
    elif (
        isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str | int)
    ):
        before, last = _dotted(node.node), str(node.arg.value)
    else:
        return None
    return f"{before}.{last}" if before else None


def _plain(node: nodes.Node) -> str:
    words = {nodes.Call: "()", nodes.Include: "include", nodes.Import: "import", nodes.FromImport: "import",
             nodes.Extends: "extends", nodes.Block: "block", nodes.Macro: "macro", nodes.Assign: "set",
             nodes.AssignBlock: "set", nodes.Mul: "*", nodes.Pow: "**", nodes.Add: "+", nodes.Concat: "~",
             nodes.List: "[]", nodes.Dict: "{}", nodes.Slice: ":"}  # fmt: skip
    return words.get(type(node), type(node).__name__.lower())


def _default(value: Any, instead: Any = "", _empty_too: Any = True) -> Any:
    """Jinja's `default`, but an empty value counts as missing: `{{ contact.first_name | default("…") }}`."""
    return instead if isinstance(value, jinja2.Undefined) or value in ("", None) else value


def _date(value: Any, pattern: str = "%d.%m.%Y") -> str:
    given = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return str(given.strftime(pattern[:50]))


def _number(value: Any, digits: int = 0) -> str:
    """1234.5 → 1.234,50 (German) with `digits` decimals, at most 6."""
    text = f"{float(value):,.{min(max(int(digits), 0), 6)}f}"
    return text.replace(",", "\0").replace(".", ",").replace("\0", ".")


def _truncate(value: Any, length: int = 80) -> str:
    text, most = str(value), min(max(int(length), 1), 1000)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _join(values: Iterable[Any], between: str = ", ") -> str:
    return str(between)[:20].join(str(value) for value in values)


def _environment(*, html: bool) -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        autoescape=html, undefined=jinja2.StrictUndefined, keep_trailing_newline=True
    )
    environment.globals.clear()
    own: dict[str, Callable[..., Any]] = {
        "default": _default, "d": _default, "date": _date, "number": _number, "truncate": _truncate, "join": _join,
    }  # fmt: skip
    jinjas = environment.filters
    environment.filters = {name: own[name] if name in own else jinjas[name] for name in _FILTERS}
    environment.tests = {name: environment.tests[name] for name in _TESTS}
    return environment


_TEXT = _environment(html=False)
_HTML = _environment(html=True)
