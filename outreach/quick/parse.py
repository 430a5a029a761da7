"""One typed line becomes a proposal: what happened with whom, when, what it is worth, what is now known. Pure.

parse(line, today) | the person picks whom it is about | settle(parsed, name) | the person looks and confirms | stored

Nothing is decided for good: names stay candidates until settled, everything read is shown with the letters it came from.
The rules are told to users in docs/quick-entry.md, the words are in words.py.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from datetime import date

from outreach.errors import N_
from outreach.quick import dates, money, names, words
from outreach.quick.dates import FoundDate
from outreach.quick.letters import EDGES, Letters
from outreach.quick.meaning import Part, meaning
from outreach.quick.proposal import Birthday, Candidate, Parsed, ProposedFact, ProposedTask, Span
from outreach.value import Said

#: what is typed beyond is not read for names, days and facts; it stays in the text
MOST_LETTERS = 2000
MOST_FACTS = 30

_PART_END = re.compile(r"[;\n]|,(?!\d)|(?<!\d),|(?<=[^\W\d_]{4})[.!?](?= |$)|(?<= )[–—-](?= )")
_PARTICLE = re.compile(r"von +(?:der|dem|den)(?!\w)")
_COLON = re.compile(r":(?!//|\d)|(?<!\d):(?!//)")


def parse(line: str, today: date) -> Parsed:
    """Read a line by the documented rules; never raises, whatever is typed. Knows no contacts."""
    return _Reading(line, today, name=None).parsed()


def settle(parsed: Parsed, name_words: str) -> Parsed:
    """The same line, now that the person is known by name: the longest candidate made of the name's words is the name.

    "tel Müller will Angebot" settled with "Dr. Anna Müller" leaves "will Angebot". Unchanged when no candidate fits.
    """
    known = {_bare(word) for word in name_words.split()} - {""}
    fitting = [one for one in parsed.candidates if {_bare(word) for word in one.text.split()} <= known]
    if not fitting:
        return parsed
    return settle_at(parsed, max(fitting, key=lambda one: (one.end - one.start, -one.start)))


def settle_at(parsed: Parsed, name: Candidate) -> Parsed:
    """The same line read again with these letters as the name; a "Frau" or "Dr." in front goes with it."""
    return _Reading(parsed.line, parsed.today, name=(name.start, name.end)).parsed()


def _bare(word: str) -> str:
    return word.strip(EDGES).casefold()


class _Reading:
    """One reading of one line, from kind to leftovers; each step takes its letters away from the next."""

    def __init__(self, line: str, today: date, *, name: tuple[int, int] | None) -> None:
        self.whole, self.today = line, today
        self.line = line[:MOST_LETTERS]
        self.letters = Letters(self.line)
        self.name = self.with_honorific(name) if name else None
        self.colon = self.colon_at()
        self.dues: list[tuple[FoundDate, bool]] = []
        self.remarks: list[Said] = []
        self.on: date | None = None
        self.birthday: Birthday | None = None
        self.amount_cents: int | None = None
        self.shown: list[Span] = []
        self.facts: list[ProposedFact] = []
        self.tasks: list[ProposedTask] = []
        self.leftovers: list[str] = []

    def parsed(self) -> Parsed:
        if self.name is not None:
            self.letters.take(*self.name, "who")
        self.kind = self.take_kind()
        self.take_dates()
        self.take_amount()
        who = self.take_who()
        candidates = self.candidates(who)
        unsettled = {one.text for one in candidates} if who is None else frozenset[str]()
        for part in list(self.parts()):
            self.read(part, unsettled=unsettled)
        return Parsed(
            line=self.whole,
            today=self.today,
            kind=self.kind,
            who=" ".join(self.line[who[0] : who[1]].split()) if who else "",
            candidates=tuple(candidates),
            on=self.on or self.today,
            on_given=self.on is not None,
            text=" ".join(filter(None, (self.letters.rest(), self.whole[MOST_LETTERS:]))),
            amount_cents=self.amount_cents,
            facts=tuple(self.facts[:MOST_FACTS]),
            tasks=tuple(self.tasks[:MOST_FACTS]),
            birthday=self.birthday,
            leftovers=tuple(self.leftovers),
            spans=tuple(sorted(self.letters.spans + self.shown, key=lambda span: span.start)),
            remarks=tuple(self.remarks),
        )

    # what happened, and with whom

    def colon_at(self) -> int | None:
        """Where the name ends: a colon after at most eight words without a comma, which are no label like "Projekt"."""
        found = _COLON.search(self.line, 0, 120)
        if found is None:
            return None
        head = self.line[: found.start()]
        said = [_bare(word) for word in head.split()]
        if not said or len(said) > 8 or said[-1] in words.LABELS_WITH_COLON or "," in head or "\n" in head:
            return None
        return None if set(said) & words.NO_NAME else found.start()

    def take_kind(self) -> str:
        """The first word, or with a colon any word before it ("Müller Tel.: …"); else it is a note."""
        before = ""
        for match in names.WORD.finditer(self.line, 0, len(self.line) if self.colon is None else self.colon):
            if not self.letters.is_free(*match.span()):
                continue
            kind = words.KINDS.get(_bare(match.group()))
            if kind is not None and before not in words.HONORIFICS:
                return self.kind_at(kind, *match.span())
            if self.colon is None:
                break
            before = match.group().casefold()
        return "note"

    def kind_at(self, kind: str, start: int, end: int) -> str:
        """Takes the word, and the "von" or "an" behind it, which says where a mail went."""
        self.letters.take(start, end, "kind")
        following = names.WORD.search(self.line, end)
        link = following.group().casefold() if following else ""
        if following and link in words.FILLERS and not _PARTICLE.match(self.line, following.start()):
            self.letters.take(*following.span(), "kind")
        if kind != "mail":
            return kind
        return "mail_out" if link in words.MAIL_OUT else "mail_in"

    def take_who(self) -> tuple[int, int] | None:
        """The settled name, or the longest stretch of free words before the colon."""
        if self.name is not None or self.colon is None:
            return self.name
        stretches = [names.without_fillers(self.line, one) for one in self.letters.free(0, self.colon)]
        who = max((one for one in stretches if one is not None), key=lambda one: one[1] - one[0], default=None)
        if who is not None:
            self.letters.take(*who, "who")
        return who

    def with_honorific(self, name: tuple[int, int]) -> tuple[int, int]:
        """A settled name inside the line, together with the "Frau Dr." in front of it."""
        start, end = max(0, name[0]), min(name[1], len(self.line))
        for match in reversed(list(names.WORD.finditer(self.line, max(0, start - 40), start))):
            if match.group().casefold() not in words.HONORIFICS or self.line[match.end() : start].strip():
                break
            start = match.start()
        return start, end

    def candidates(self, who: tuple[int, int] | None) -> list[Candidate]:
        if who is not None:
            return names.whole(self.line, who)
        start = 0 if self.colon is None else self.colon + 1
        stretches = (one for part in self.cut(start, most=300) for one in self.letters.free(*part))
        return names.among(self.line, [one for one, _ in zip(stretches, range(6), strict=False)])

    # days and amounts

    def take_dates(self) -> None:
        found = [one for one in dates.find(self.line, self.today) if self.letters.is_free(one.start, one.end)]
        for one in found:
            if not self.is_somebody(one):
                self.take_date(one)

    def is_somebody(self, one: FoundDate) -> bool:
        """ "tel Freitag: …" is about somebody called Freitag, when nobody else is named before the colon."""
        if self.colon is None or self.name is not None or not one.is_weekday or one.end > self.colon:
            return False
        others = self.letters.words(0, one.start).split() + self.letters.words(one.end, self.colon).split()
        return all(_bare(word) in words.FILLERS for word in others)

    def take_date(self, one: FoundDate) -> None:
        before = self.line[max(0, one.start - 40) : one.start]
        if self.take_birthday(one, before):
            return
        cue = words.DUE_BEFORE.search(before)
        if cue is not None or words.DUE_INSIDE.match(self.line, one.start):
            self.take_due(one, one.start - (len(before) - cue.start() if cue else 0), promised=True)
        elif words.OTHER_BEFORE.search(before):
            return
        elif self.kind == "task" or (one.tense == "future" and not (self.kind == "meeting" and self.stands_out(one))):
            self.take_due(one, one.start, promised=False)
        elif self.on is None and self.stands_out(one):
            self.on = one.back
            self.letters.take(one.start, one.end, "date")
        elif one.tense != "past" and one.ahead >= self.today and self.is_to_be_done(one):
            self.take_due(one, one.start, promised=False)

    def take_birthday(self, one: FoundDate, before: str) -> bool:
        if one.day is None or one.month is None or self.birthday is not None:
            return False
        cue = words.BIRTHDAY_BEFORE.search(before)
        after = words.BIRTHDAY_AFTER.match(self.line[one.end : one.end + 40])
        apart = None if cue or after else words.BIRTHDAY_APART.search(before)
        if cue is None and after is None and apart is None:
            return False
        if apart:
            self.letters.take(
                one.start - len(before) + apart.start(), one.start - len(before) + apart.end(), "birthday"
            )
        lead = cue or words.BIRTHDAY_LEAD.search(before)
        start = one.start - (len(before) - lead.start() if lead else 0)
        end = one.end + (after.end() if after and not cue else 0)
        if not self.letters.is_free(start, end):
            start, end = one.start, one.end
        self.birthday = Birthday(one.day, one.month, one.year)
        self.letters.take(start, end, "birthday")
        return True

    def take_due(self, one: FoundDate, start: int, *, promised: bool) -> None:
        if not self.letters.is_free(start, one.end):
            start = one.start
        self.dues.append((one, promised))
        self.letters.take(start, one.end, "due")

    def is_to_be_done(self, one: FoundDate) -> bool:
        """Whether its part of the line promises or reminds: "wir schicken Muster am 3.6.", "am 3.6. zurückrufen"."""
        first = max(self.line.rfind(mark, max(0, one.start - 80), one.start) for mark in ",;:") + 1
        first = max(first, one.start - 80, 0)
        end = _PART_END.search(self.line, one.end, one.end + 80)
        around = self.line[first : end.start() if end else one.end + 80]
        return bool(words.PROMISE.search(self.line, first, one.start) or words.REMIND.search(around))

    def stands_out(self, one: FoundDate) -> bool:
        """Whether a day is said of the whole entry: alone between commas, before the colon, or right behind the name.

        "heute" and "gestern" are, wherever they stand. In "Messe am 12.9. in Köln" or "will Schulung am 3.9." it is not.
        """
        if one.tense == "past" or (self.colon is not None and one.end <= self.colon):
            return True
        before, after = self.line[: one.start].rstrip(), self.line[one.end :].lstrip()
        since = max(before.rfind(mark) for mark in ",;:") + 1
        lead = self.letters.words(since, len(before)).split()
        closes = not after or after[0] in ",;.!" or self.letters.is_taken(len(self.line) - len(after))
        if not lead:
            return closes or since == 0 or before.endswith((",", ";", ":"))
        names_only = not any(_bare(word) in words.NO_NAME or words.PROJECT.match(word) for word in lead)
        return closes and since == 0 and len(lead) <= 3 and names_only

    def take_amount(self) -> None:
        if self.kind not in words.WITH_AMOUNT:
            return
        free = [one for one in money.find(self.line) if self.letters.is_free(one.start, one.end)]
        best = money.best(free, years=range(self.today.year - 2, self.today.year + 3))
        if best is None:
            return
        if not best.is_euro:
            written = self.line[best.start : best.end]
            self.remarks.append(Said(N_("%(amount)s: only amounts in euros are understood."), {"amount": written}))
            self.letters.take(best.start, best.end, "unread")
            return
        self.amount_cents = best.cents if self.kind == "order" else abs(best.cents)
        self.letters.take(best.start, best.end, "amount")

    # what was said

    def cut(self, start: int, most: int | None = None) -> Iterator[tuple[int, int]]:
        """The line between its commas, semicolons and full stops; those inside taken letters do not count."""
        end = len(self.line) if most is None else min(len(self.line), start + most)
        for match in _PART_END.finditer(self.line, start, end):
            if not self.letters.is_taken(match.start()):
                yield start, match.start()
                start = match.end()
        yield start, end

    def parts(self) -> Iterator[Part]:
        head = [] if self.colon is None else [(0, self.colon)]
        for start, end in [*head, *self.cut(0 if self.colon is None else self.colon + 1)]:
            pieces = tuple(self.letters.free(start, end))
            due = next(((one.ahead, promised) for one, promised in self.dues if start <= one.start < end), None)
            if pieces or due is not None:
                yield Part(start, end, pieces, self.letters.words(start, end), *(due or ()))

    def read(self, part: Part, *, unsettled: Collection[str]) -> None:
        if self.kind == "task":
            self.shown.extend(Span(*piece, "task") for piece in part.pieces)
            self.add_to_task(part)
            return
        if part.due is not None and self.is_only_a_name(part, unsettled=unsettled):
            self.shown.extend(Span(*piece, "text") for piece in part.pieces)
            self.tasks.append(ProposedTask(self.said_besides_dues() or self.line.strip(), part.due))
            return
        found = meaning(part, kind=self.kind)
        self.facts.extend(found.facts)
        self.tasks.extend(found.tasks)
        self.shown.extend(Span(*piece, found.role) for piece in part.pieces)
        if found.role == "text":
            self.leftovers.append(part.text)

    def is_only_a_name(self, part: Part, *, unsettled: Collection[str]) -> bool:
        """Whether a part holds a day and at most what may be the name: then everything else said is due that day."""
        return not part.text or part.text in unsettled

    def said_besides_dues(self) -> str:
        """What was said, or nothing when only days are left."""
        anything = any(self.letters.free(0, len(self.line)))
        return self.letters.rest() if anything else ""

    def add_to_task(self, part: Part) -> None:
        """All of a task is one sentence; its first day is when it is due."""
        first = self.tasks[0] if self.tasks else ProposedTask("")
        self.tasks = [ProposedTask(", ".join(filter(None, (first.text, part.text))), first.due_on or part.due)]
