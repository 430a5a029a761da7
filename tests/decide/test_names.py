"""The name check: what it proposes, and the names it leaves in peace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.names import NameSeen, Proposal, check, guess_salutation
from outreach.names.first_names import _EITHER, _MEN, _WOMEN
from outreach.salutation import Greeting, Named, greeting

# title | first name | last name | Anrede | address | company | kind | what changes
PROPOSED = """
  |             | Müller            | frau | anna@x.de               | | -          | (nothing: the first name is only missing)
  | Anna        | Muller            | frau | anna.mueller@web.de     | | umlaut     | last_name=Müller
  | Anna        | Mùller            | frau | anna.mueller@web.de     | | umlaut     | last_name=Müller
  | Anna        | M?ller            | frau | anna.mueller@web.de     | | umlaut     | last_name=Müller
  | Anna        | M\ufffdller       | frau | anna.mueller@web.de     | | umlaut     | last_name=Müller
  | Anna        | Mueller           | frau | anna@müller.de          | | umlaut     | last_name=Müller
  | Anna        | Mueller           | frau | anna.müller@web.de      | | umlaut     | last_name=Müller
  | Anna        | Mueller           | frau | anna.mueller@web.de     | | umlaut     | last_name=Müller
  | Juergen     | Nissen            | herr |                         | | umlaut     | first_name=Jürgen
  | Jurgen      | Nissen            | herr | juergen.nissen@web.de   | | umlaut     | first_name=Jürgen
  | Eva         | Schafer-Lang      | frau | e.schaefer@web.de       | | umlaut     | last_name=Schäfer-Lang
  | Anna        | MÃ¼ller           | frau |                         | | encoding   | last_name=Müller
  | BjÃ¶rn      | Nissen            | herr |                         | | encoding   | first_name=Björn
  | Anna        | Mülller           | frau | anna.mueller@web.de     | | typo       | last_name=Müller
  | Anna        | Petrsen           | frau | anna.petersen@web.de    | | typo       | last_name=Petersen
  | Anna        | Petersne          | frau | apetersen@web.de        | | typo       | last_name=Petersen
  | Anna        | Schmitz           | frau | annaschmidt@web.de      | | -          | (two letters apart: somebody else)
  | Anna        | Hofmann           | frau | anna.hoffmann@web.de    | | typo       | last_name=Hoffmann
  | Eva         | Schmid            | frau | e.schmidt@web.de        | | typo       | last_name=Schmidt
  | Anna        | Muller            | frau | amueller@web.de         | | umlaut     | last_name=Müller
  | Anna        | Muller            | frau | annamueller@web.de      | | umlaut     | last_name=Müller
  | Micheal     | Nissen            |      | michael.nissen@web.de   | | typo       | first_name=Michael
  | Müller      | Anna              | frau | anna.mueller@web.de     | | swapped    | first_name=Anna last_name=Müller
  | Müller      | Anna              | frau |                         | | swapped    | first_name=Anna last_name=Müller
  | Brandt      | Thomas            | herr | thomas.brandt@web.de    | | swapped    | first_name=Thomas last_name=Brandt
  |             | Müller, Anna      | frau |                         | | together   | first_name=Anna last_name=Müller
  | Anna Müller |                   | frau |                         | | together   | first_name=Anna last_name=Müller
  |             | Anna von der Heide| frau |                         | | together   | first_name=Anna last_name=von_der_Heide
  | Anna Maria Müller |             | frau |                         | | together   | first_name=Anna_Maria last_name=Müller
  | ANNA        | MÜLLER            | frau |                         | | capitals   | first_name=Anna last_name=Müller
  | Anna        | MÜLLER            | frau |                         | | capitals   | last_name=Müller
  | anna        | müller            | frau |                         | | capitals   | first_name=Anna last_name=Müller
  | Ursula      | VON DER LEYEN     | frau |                         | | capitals   | last_name=von_der_Leyen
  | ursula      | von der leyen     | frau |                         | | capitals   | first_name=Ursula last_name=von_der_Leyen
  | Vincent     | VAN DER MEER      | herr |                         | | capitals   | last_name=van_der_Meer
  | Ronald      | MCDONALD          | herr |                         | | capitals   | last_name=McDonald
  | Flora       | macdonald         | frau |                         | | capitals   | last_name=MacDonald
  | Joana       | MACHADO           | frau |                         | | capitals   | last_name=Machado
  | Sinéad      | O'CONNOR          | frau |                         | | capitals   | last_name=O'Connor
  | Gina        | D'ANGELO          | frau |                         | | capitals   | last_name=D'Angelo
  | MARIE-LUISE | SCHÄFER-LÖWENSTEIN| frau |                         | | capitals   | first_name=Marie-Luise last_name=Schäfer-Löwenstein
  | AYŞE        | ÇELİK             | frau |                         | | capitals   | first_name=Ayşe last_name=Çelik
  | EVA         | LI                | frau |                         | | capitals   | first_name=Eva
  | Anna        | Dr. Müller        | frau |                         | | title      | last_name=Müller title=Dr.
  | Anna        | Prof. Dr. Müller  | frau |                         | | title      | last_name=Müller title=Prof._Dr.
  | Dr. Anna    | Müller            | frau |                         | | title      | first_name=Anna title=Dr.
  | Dr.         | Müller            | frau |                         | | title      | first_name= title=Dr.
  | Dipl.-Ing. Eva | Müller         | frau |                         | | title      | first_name=Eva title=Dipl.-Ing.
  | Eva         | Dr. med. Müller   | frau |                         | | title      | last_name=Müller title=Dr._med.
  | Anna        | Müller, MBA       | frau |                         | | title      | last_name=Müller title=MBA
  | Anna        | Müller MBA        | frau |                         | | title      | last_name=Müller title=MBA
  | Jane        | Doe, Ph.D.        | frau |                         | | title      | last_name=Doe title=Ph.D.
  | Max         | Huber, M.Sc.      | herr |                         | | title      | last_name=Huber title=M.Sc.
  | Dr. Müller  |                   | frau |                         | | title      | first_name= last_name=Müller title=Dr.
  | Sabine      | Strauss           | frau | s.strauß@web.de         | | umlaut     | last_name=Strauß
Dr. | Anna      | Dr. Müller        | frau |                         | | title      | last_name=Müller
Prof. | Anna    | Dr. Müller        | frau |                         | | title      | last_name=Müller title=Prof._Dr.
  |             | Müller GmbH       |      |                         | | company    | last_name= company=Müller_GmbH
  | Anna        | Müller GmbH       | frau |                         | | company    | last_name= company=Müller_GmbH
  | Huber & Co. KG |                |      |                         | | company    | first_name= company=Huber_&_Co._KG
  |             | Praxis am Markt   |      |                         | | company    | last_name= company=Praxis_am_Markt
  |             | Optik Jäger       |      |                         | Optik Jäger | company | last_name=
  | Herr Thomas | Müller            |      |                         | | honorific  | first_name=Thomas salutation=herr
  | Frau        | Müller            |      |                         | | honorific  | first_name= salutation=frau
  | Anna        | Frau Müller       | frau |                         | | honorific  | last_name=Müller
  | Hr. Thomas  | Müller            |      |                         | | honorific  | first_name=Thomas salutation=herr
  | Anna        | Müller            | herr |                         | | salutation | salutation=frau
  | Thomas      | Müller            | frau |                         | | salutation | salutation=herr
  | Anna        | Müller            |      |                         | | salutation | salutation=frau
  | Hans-Peter  | Müller            | frau |                         | | salutation | salutation=herr
  | Klaus Maria | Müller            |      |                         | | salutation | salutation=herr
  | Jose        | García            |      |                         | | salutation | salutation=herr
"""

# first name | last name | Anrede | address
LEFT_IN_PEACE = """
Anna        | Müller             | frau    | anna.mueller@web.de
Anna        | Müller             | frau    | anna.muller@web.de
Anna        | Müller             | frau    | a.mueller@firma.de
Anna        | Müller             | frau    | info@mueller.de
Anna        | Müller             | frau    | info@miller.de
Anna        | Müler              | frau    | info@mueller.de
Anna        | Müller             | frau    | schnucki77@web.de
Anna        | Müller             | frau    |
Anna & Jonas | Müller            |         |
Max         | Huber              | herr    | huberm@web.de
Max         | Huber              | herr    | max.huber2@web.de
Max         | Huber              | herr    | foto-huber@web.de
Kathrin     | Stür               | frau    | kathrin.steuer@web.de
Anna        | Bauer              | frau    | anna.bauer@web.de
Anna        | Quell              | frau    | anna.quell@web.de
Samuel      | Manuel             | herr    | samuel.manuel@web.de
Johann      | Goethe             | herr    | goethe@weimar.de
Anna        | Weiss              | frau    | anna.weiss@web.de
Anna        | Weiß               | frau    | anna.weiss@web.de
Vincent     | van der Meer       | herr    | vincent@vandermeer.nl
Ursula      | von der Leyen      | frau    | leyen@web.de
Ronald      | McDonald           | herr    | mcdonald@web.de
Flora       | MacDonald          | frau    |
DI          | Huber              | herr    |
Ñ           | Ñ                  | neutral |
X           | Li                 | neutral |
Mei         | Li                 | frau    | mei.li@web.de
Eun         | O                  | frau    |
JP          | Morgan             | herr    |
KC          | Chiu               | neutral |
J. P.       | Morgan             | herr    |
Ayşe        | Yılmaz             | frau    | ayse.yilmaz@web.de
Çağla       | Şahin              | frau    | cagla.sahin@web.de
Cem         | Deniz              | herr    | cem.deniz@web.de
Yıldız      | Deniz              | frau    |
Małgorzata  | Wiśniewska         | frau    | m.wisniewski@web.pl
Krzysztof   | Brzęczyszczykiewicz | herr   | krzysztof@web.pl
Anna        | Nováková           | frau    | novak@web.cz
Thi Thu     | Nguyễn             | frau    | nguyen.thu@web.vn
Văn         | Trần               | herr    |
Jens        | Werner             | herr    | jens.werner@web.de
Özgür       | Werner             | herr    | oezguer.werner@web.de
Bo          | Martin             | herr    |
Tjorven     | Otto               | herr    |
Stefan      | Nissen             | herr    | stephan.nissen@web.de
Christian   | Nissen             | herr    | christina.nissen@web.de
Jan         | Nissen             | herr    | jana@web.de
Peter       | Peters             | herr    | peter@peters.de
Anna        | Peters             | frau    | peter@web.de
Andrea      | Rossi              | herr    | andrea.rossi@web.it
Andrea      | Nissen             | frau    | andrea.nissen@web.de
Kim         | Nissen             | neutral | kim@web.de
Kim         | Nissen             |         | kim@web.de
Sascha      | Nissen             | frau    |
Luca        | Nissen             | herr    |
Gabriele    | Nissen             | frau    |
Michael     | Herr               | herr    | michael.herr@web.de
Steffi      | Graf               | frau    | steffi.graf@web.de
Marie-Luise | Schäfer-Löwenstein | frau    | marie.luise@schaeferei.de
Sinéad      | O’Connor           | frau    | sinead.oconnor@web.ie
Jan         | 't Hooft           | herr    | jan@thooft.nl
Rüdiger     | Graf zu Eulenau    | herr    | ruediger@eulenau.de
Karl        | Müller jun.        | herr    |
Ing         | Magnusson          | neutral |
Magnus      | Drosten            | herr    |
Dieter      | Mack               | herr    |
Мария       | Петрова            | frau    |
李           | 小龙                |         |
"""


def _cells(line: str) -> list[str]:
    return [cell.strip(" ") for cell in line.split("|")]


def _proposed() -> list[tuple[NameSeen, str, dict[str, str]]]:
    found = []
    for line in PROPOSED.strip("\n").splitlines():
        *name, kind, changes = _cells(line)
        pairs = (part.partition("=") for part in changes.split()) if kind != "-" else ()
        found.append((NameSeen(*name), kind, {field: value.replace("_", " ") for field, _, value in pairs}))
    return found


@pytest.mark.parametrize(("name", "kind", "changes"), _proposed())
def test_what_looks_wrong_is_proposed_with_the_change(name: NameSeen, kind: str, changes: dict[str, str]) -> None:
    found = check(name)
    if kind == "-":
        assert not found
        return
    assert (found[0].kind, dict(found[0].changes)) == (kind, changes), found
    assert found[0].sentence % found[0].values


@pytest.mark.parametrize("cells", [_cells(line) for line in LEFT_IN_PEACE.strip("\n").splitlines()])
def test_a_right_name_is_left_in_peace(cells: list[str]) -> None:
    first, last, salutation, email = cells
    assert check(NameSeen("", first, last, salutation, email)) == ()


def test_a_family_called_mueller_is_only_asked_in_a_whisper() -> None:
    (found,) = check(NameSeen(first_name="Anna", last_name="Mueller", salutation="frau", email="anna.mueller@web.de"))
    assert found.weight < 30
    (sure,) = check(NameSeen(first_name="Anna", last_name="Muller", salutation="frau", email="anna.mueller@web.de"))
    assert sure.weight > 60


def test_several_things_wrong_are_several_proposals_the_surest_first() -> None:
    found = check(NameSeen(first_name="ANNA", last_name="MULLER", salutation="herr", email="anna.mueller@web.de"))
    assert [one.kind for one in found] == ["capitals", "umlaut", "salutation"]
    assert [one.weight for one in found] == sorted((one.weight for one in found), reverse=True)


@pytest.mark.parametrize(
    ("first", "guess"),
    [
        ("Anna", "frau"), ("anna", "frau"), ("ANNA", "frau"), ("Anna-Lena", "frau"), ("Anna Xyz", "frau"), ("Jürgen", "herr"),
        ("Juergen", "herr"), ("Jurgen", "herr"), ("René", "herr"), ("Rene", "herr"), ("Renée", "frau"), ("Ayse", "frau"),
        ("Jan", "herr"), ("Mehmet", "herr"), ("Kim", ""), ("Andrea", ""), ("Toni", ""), ("Sascha", ""), ("Robin", ""),
        ("Luca", ""), ("Nikola", ""), ("Simone", ""), ("Xqwzt", ""), ("", ""), ("A.", ""), ("-", ""),
    ],
)  # fmt: skip
def test_the_first_name_tells_no_more_than_is_sure(first: str, guess: str) -> None:
    assert guess_salutation(first) == guess


def test_no_first_name_is_on_two_lists() -> None:
    women, men, either = (names.split() for names in (_WOMEN, _MEN, _EITHER))
    for names in (women, men, either):
        assert len(names) == len(set(names))
    assert not set(women) & set(men)
    assert not (set(women) | set(men)) & set(either)


_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Dr.", "Müller, Anna", "Frau", "GmbH", "Dr. Dr.", ", ", "Anna", "MBA", "VON"]),
)


@settings(max_examples=800, deadline=None)
@given(st.builds(NameSeen, title=_TEXT, first_name=_TEXT, last_name=_TEXT, salutation=st.sampled_from(["", "frau", "herr", "neutral"]),
                 email=_TEXT | st.emails(), company=_TEXT))  # fmt: skip
def test_whatever_stands_there_proposals_change_something_and_come_to_an_end(name: NameSeen) -> None:
    for _ in range(12):
        found = check(name)
        if not found:
            return
        _well_formed(name, found[0])
        name = replace(name.tidied(), **found[0].changes)
    raise AssertionError(f"proposals without end: {name}")


def _well_formed(name: NameSeen, proposal: Proposal) -> None:
    tidy = name.tidied()
    assert proposal.changes
    assert any(getattr(tidy, field) != value for field, value in proposal.changes.items())
    assert 0 < proposal.weight <= 100
    assert proposal.sentence % proposal.values


@pytest.mark.parametrize("name", [name for name, kind, _ in _proposed() if kind in ("title", "honorific", "together")])
def test_a_name_put_right_can_be_greeted(name: NameSeen) -> None:
    while found := check(name):
        name = replace(name, **found[0].changes)
    made = greeting(Named(name.first_name, name.last_name, name.title, name.salutation))
    assert isinstance(made, Greeting), made
