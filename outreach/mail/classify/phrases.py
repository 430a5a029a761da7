"""The word lists of german.toml and english.toml, made into expressions, and a person's text made ready for them. Pure.

Text and patterns are folded the same way: small letters, no umlauts, no punctuation, one blank between words; so a
pattern finds "löschen", "loeschen" and "LÖSCHEN", and stays inside one sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("german", "english")
#: sentences looked at, and words of one; a longer one is looked at in pieces
SENTENCES_MOST = 200
WORDS_MOST = 120
_GAPS = {"..": 3, "…": 9}


class BadPattern(ValueError):
    """A pattern in the word lists that cannot be read; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, folded: " bitte loeschen sie mich " (a blank at both ends)."""

    folded: str
    asks: bool


@dataclass(frozen=True, slots=True)
class Meaning:
    """One table of the word lists."""

    says: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    never: re.Pattern[str] | None = None

    def said_in(self, sentences: Sequence[Sentence]) -> bool:
        """Whether a sentence says it, and nothing takes it back."""
        return self.first(sentences) is not None

    def first(self, sentences: Sequence[Sentence]) -> int | None:
        """The number of the first sentence that says it."""
        place = self.place(sentences)
        return None if place is None else place[0]

    def place(self, sentences: Sequence[Sentence]) -> tuple[int, int] | None:
        """Where it is said first: the sentence, and how many letters into it."""
        found = next((number for number, one in enumerate(sentences) if self._says(one.folded)), None)
        if found is None or (self.never and self.never.search(" ".join("".join(s.folded for s in sentences).split()))):
            return None
        said = self.says.search(sentences[found].folded)
        return found, said.start() if said else 0

    def _says(self, folded: str) -> bool:
        if not self.says.search(folded):
            return False
        # What takes it back counts only there: "nicht abmelden, sondern löschen" still says it elsewhere.
        return not (self.unless and self.unless.search(folded) and not self.says.search(self.unless.sub(" ", folded)))


@cache
def load() -> Mapping[str, Meaning]:
    """All meanings by name, of all languages together; raises BadPattern."""
    tables: list[Mapping[str, Mapping[str, list[str]]]] = []
    lists: dict[str, list[str]] = {}
    for language in LANGUAGES:
        read = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text("utf-8"))
        lists |= read.pop("words", {})
        tables.append(read)
    names = {name for table in tables for name in table}
    return {name: _meaning([table.get(name, {}) for table in tables], lists) for name in names}


def _meaning(tables: Iterable[Mapping[str, list[str]]], lists: Mapping[str, list[str]]) -> Meaning:
    gathered: dict[str, list[str]] = {"says": [], "unless": [], "never": []}
    for table in tables:
        for key, patterns in table.items():
            gathered[key].extend(patterns)
    made = {key: compiled(patterns, lists) if patterns else None for key, patterns in gathered.items()}
    says = made["says"]
    if says is None:
        raise BadPattern("A table without “says” means nothing.")
    return Meaning(says, made["unless"], made["never"])


def compiled(patterns: Iterable[str], lists: Mapping[str, list[str]]) -> re.Pattern[str]:
    """One expression for any of the patterns."""
    return re.compile(rf"(?<= )(?:{'|'.join(_expression(one, lists) for one in patterns)})")


_LIST = re.compile(r"\{(\w+)\}")
_TOKEN = re.compile(r"\(|\)\??|\||\^|\$|[^\s()|^$]+")


def _expression(pattern: str, lists: Mapping[str, list[str]]) -> str:
    both = pattern.split(" & ")
    if len(both) > 1:
        ahead = "".join(rf"(?=(?:\S+ )*?(?:{_sequence(one, lists)}))" for one in both)
        return rf"(?<=\A ){ahead}"
    return _sequence(pattern, lists)


def _sequence(pattern: str, lists: Mapping[str, list[str]]) -> str:
    try:
        full = _LIST.sub(lambda found: f"({'|'.join(lists[found[1]])})", pattern)
    except KeyError as error:
        raise BadPattern(f"“{pattern}” names a list {error} that is not there.") from None
    parts: list[str] = []
    depth = 0
    for token in _TOKEN.findall(full):
        if token == "(":
            depth += 1
        elif token.startswith(")"):
            depth -= 1
        parts.append(_token(token))
        if depth < 0:
            break
    if depth:
        raise BadPattern(f"The brackets of “{pattern}” do not close.")
    return "".join(parts)


def _token(token: str) -> str:
    if token in _GAPS:
        return rf"(?:\S+ ){{0,{_GAPS[token]}}}?"
    fixed = {"(": "(?:", ")": ")", ")?": ")?", "|": "|", "^": r"(?<=\A )", "$": r"\Z"}.get(token)
    if fixed is not None:
        return fixed
    optional = token.endswith("?")
    word = re.escape(token.removesuffix("?")).replace(r"\*", r"\S*").replace(r"\#", r"\d\S*")
    return f"(?:{word} )?" if optional else f"{word} "


_FOLDS = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "ß": "ss",
        "é": "e",
        "è": "e",
        "á": "a",
        "ç": "c",
        "’": "",
        "'": "",
        "´": "",
        "`": "",
    }
)
_ADDRESS = re.compile(r"\S{1,100}@\S{1,200}|(?:https?://|www\.)\S{1,2000}")
_EMAIL = re.compile(r"\be[ -]mail")
_WORD = re.compile(r"[^\W_]+")
_END = re.compile(r"[.!?;…]{1,10}[\"”“)]{0,2}\s+|[!?](?=[A-ZÄÖÜ])|\n\s*\n|\n(?=\s*[-*•]\s)")
#: a full stop behind one of these, a number or a single letter ends nothing
_ABBREVIATION = re.compile(
    r"(?:^|[\s(.])(?:art|abs|nr|dr|ca|bzw|ggf|str|tel|evt|evtl|gem|lit|inkl|mr|mrs|ms|prof|\w|\d{1,2})$", re.IGNORECASE
)


def folded(text: str) -> str:
    """A text as patterns are written, with a blank at both ends."""
    plain = _ADDRESS.sub(" link ", text.lower()).translate(_FOLDS)
    return " " + "".join(f"{word} " for word in _WORD.findall(_EMAIL.sub("email", plain)))


def in_standard(said: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences with words of Bavaria, Austria, Switzerland and of haste in standard German, "streich mi us em
    Verteiler" as "streich mich aus dem verteiler"; only those that change."""
    spoken = [one for one in said if any(word in _STANDARD and word not in _ELSEWHERE for word in one.folded.split())]
    return tuple(
        Sentence(_DIALECT.sub(lambda found: f"{_STANDARD[found[1]]} ", one.folded), one.asks) for one in spoken
    )


_STANDARD: Mapping[str, str] = {
    word: standard
    for standard, words in {
        "mich": "mi mii", "dich": "di dii", "mir": "ma", "ich": "i", "euch": "eich enk", "uns": "ois",
        "nicht": "ned net nit nid noed noet nich ni", "nichts": "nix nuet nueut nuut nuex nischt",
        "nicht mehr": "nimmer nimma nimme nuem nuemm nuemme nueme nuemmer",
        "kein": "ka koa kei kan koan", "keine": "koane kane keini",
        "aus dem": "ausm aussm usem", "aus der": "ausse usere", "aus": "us", "von der": "vo vunna",
        "der": "dera de", "rausnehmen": "usenaeh usneh usenaeae aussenehma aussanehma ausenehmen useneh",
        "raus": "use usse aussa ausse aussi nauss", "runter": "owa oba obi abe", "nehmen": "naeh neh nehma naehmed",
        "nehmt": "nehmts nemmts", "tu": "tua tuat tueend tued", "will": "wui wue wott wett", "wollen": "woin wend woelle",
        "brauche": "brauch bruch bruuch bruche brauchs", "bekomme": "kriag krieg krig kriege bechum uebercho",
        "schicken": "schicka schicke schiggen", "schreiben": "schreim schriibe", "bitte": "bittschoen biddeschoen bitt pls",
        "koennen": "chond choend koennts koennan", "haben": "ham hom hend", "liste": "listn lischt", "weg": "weck",
        "ja": "jo freili freilich joa", "noch": "no", "zum": "zom", "gern": "gean gaern",
    }.items()
    for word in words.split()
}  # fmt: skip
#: words of English or of standard German, too: changed only beside one that is not
_ELSEWHERE = frozenset({"us", "i", "no", "ma", "de", "use", "net", "ham", "ka", "abe", "krieg", "bitt", "pls", "kan"})
_DIALECT = re.compile(rf"(?<= )({'|'.join(_STANDARD)}) ")


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text, in order. Lines wrapped by a mail program are joined."""
    made: list[Sentence] = []
    for piece in _pieces(text[:40_000]):
        asks = "?" in _ADDRESS.sub("", piece)
        made.extend(Sentence(part, asks) for part in _bounded(folded(piece)))
        if len(made) >= SENTENCES_MOST:
            break
    return (*made, *_one_by_one(made))


def _one_by_one(said: Sequence[Sentence]) -> Iterator[Sentence]:
    """ "Take. Me. Off." as one sentence."""
    run: list[Sentence] = []
    for one in (*said, Sentence(" ", asks=False)):
        if len(one.folded.split()) == 1:
            run.append(one)
            continue
        if len(run) > 1:
            yield Sentence(f" {' '.join(each.folded.strip() for each in run)} ", any(each.asks for each in run))
        run = []


def _bounded(sentence: str) -> Iterator[str]:
    """The sentence, or overlapping pieces of one that never ends."""
    words = sentence.split()
    for start in range(0, len(words), WORDS_MOST):
        yield f" {' '.join(words[max(start - 12, 0) : start + WORDS_MOST])} "


def _pieces(text: str) -> Iterator[str]:
    start = 0
    for found in _END.finditer(text):
        # "gem. Art. 15 DSGVO", "am 3. Mai": one sentence.
        ends_nothing = found[0].startswith(".") and "\n\n" not in found[0]
        if ends_nothing and _ABBREVIATION.search(text, max(start, found.start() - 8), found.start()):
            continue
        yield text[start : found.end()]
        start = found.end()
    yield text[start:]
