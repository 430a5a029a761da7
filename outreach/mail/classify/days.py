"""The first day somebody is back, out of an absence note in German or English. Pure.

    bis einschließlich X, bis X, bis zum X, vom … bis X, through X, … – X      away on X: back on X + 1
    ab X wieder, wieder am X, zurück am X, ab X erreichbar, until X, back on X  back on X

"bis" counts the day named, as German does ("Urlaub bis 14. August"); English "until" names the day of return, and
"until and including", "through", "inclusive" do not. Years left out and weekdays are read from the day of the mail.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januar january jan jaenner jänner jän", "februar february feb feber", "märz maerz march mar mär mrz", "april apr",
            "mai may", "juni june jun juno", "juli july jul julei", "august aug", "september sept sep", "oktober october okt oct",
            "november nov", "dezember december dez dec",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "montag monday", "dienstag tuesday", "mittwoch wednesday", "donnerstag thursday", "freitag friday",
            "samstag sonnabend saturday", "sonntag sunday",
        )
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_WEEKDAY = "|".join(_WEEKDAYS)
_SHORT_DAY = r"(?:mo|di|mi|do|fr|sa|so|mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)\.?"

_DATE = re.compile(
    rf"""
    (?P<iso>20\d\d-\d\d-\d\d)
    | (?P<d1>\d{{1,2}})\.\s?(?P<m1>\d{{1,2}})\.?(?:\s?(?P<y1>20\d\d|\d\d)(?![\d:]))?
    | (?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/(?P<y2>20\d\d|\d\d))?
    | (?P<d3>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m3>{_MONTH})\b\.?,?(?:\s(?P<y3>20\d\d))?
    | (?P<m4>{_MONTH})\b\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<y4>20\d\d))?
    | (?P<relative>(?:heute|today|morgen|tomorrow|übermorgen|uebermorgen)\b)
    | (?P<weekday>(?:(?:kommenden|nächsten|naechsten|diesen|next|this|coming)\s)?(?:{_WEEKDAY})\b(?!,?\s(?:(?:den|dem|the)\s)?(?:\d|{_MONTH}\b)))
    | (?P<week>(?:nächste[rn]?|naechste[rn]?|kommende[rn]?|next)\s(?:woche|week)\b)
    """,
    re.VERBOSE,
)
#: what may stand between a word and its date
_LEAD = rf"(?:\s|,|\(|:|(?:dem|den|der|zum|zur|einschlie(?:ß|ss)lich|einschl\.?|inkl\.?|inklusive|mit|und|and|including|incl\.?|the|on|at|am|in|about|ca\.?|voraussichtlich|vsl\.?|wieder|erst|including|(?:{_WEEKDAY}|{_SHORT_DAY})\b,?)(?=[\s,(.]))"
_BEFORE_BACK = re.compile(
    rf"(?:\b(?:ab|erst(?: wieder)?(?: ab)?|wieder (?:am|ab|zum)|zurück (?:am|ab|im)|zurueck (?:am|ab)|zurück (?:sein|bin).{{0,12}}|rückkehr|rueckkehr|rückkehrtag|wiederkehre? ?(?:am|ab)?|back(?: in the office| at work| at my desk| online| to work| to the office)?(?: again)?|return(?:ing|s)?(?: to (?:the|my|our) (?:office|desk|work)| to work)?(?: again)?|resum\w+(?: work)?|from|starting|as of|available(?: again)?(?: from)?|reachable(?: again)?|in the office (?:again )?|until|till|til|erreichbar)|\b(?:kehre|komme|bin|stehe|stehen|sind|werde|ist|erreichen sie mich)\b[^.!?\n]{{0,60}}?\b(?:am|ab|zum)){_LEAD}{{0,8}}$",
)
_INCLUSIVE = re.compile(
    rf"(?:\b(?:bis|through|thru|bis zum|to|until and including|until the end of|bis ende)|\d\.?\s?[-–—]|{_WEEKDAY})(?:{_LEAD}){{0,8}}\s?[-–—]?\s*$"
)
_UNTIL = re.compile(rf"\b(?:until|till|til){_LEAD}{{0,8}}$")
_TO = re.compile(rf"\bto{_LEAD}{{0,6}}$")
_RANGE = re.compile(rf"(?:\d{{1,4}}\.?|\b(?:{_MONTH})\.?)\s?[-–—]\s?$")
_INCLUDING = re.compile(r"einschl|inkl|incl|including|inclusive|through|thru|bis\s+und\s+mit|end of")
_AFTER_INCLUDING = re.compile(r"^[\s,(]{0,3}(?:inclusive|incl\b|einschlie|inkl|\(inkl)")
_AFTER_BACK = re.compile(
    r"^[\s,)]{0,3}(?:\d{4})?[^.!?\n]{0,45}?\b(?:wieder|zurück|zurueck|back|return\w*|erreichbar|available|reachable)\b"
)
_NOT_BACK = re.compile(r"\b(?:nicht|not|kein\w*|bis)\b")
_FAR = timedelta(days=550)


def back_on(text: str, today: date) -> date | None:
    """The first day back, or None when the note does not say."""
    text = re.sub(r"[ \t\u00a0]+", " ", text[:6_000].lower())
    inclusive: list[date] = []
    for found in _DATE.finditer(text):
        day = _day(found, today)
        if day is None or not today - timedelta(days=60) <= day <= today + _FAR:
            continue
        before, after = text[max(found.start() - 110, 0) : found.start()], text[found.end() : found.end() + 60]
        before = re.split(r"[!?]|\.\s(?=[^\W\d])", before)[-1]
        meaning = _meaning(before, after)
        if meaning == "back":
            return day
        if meaning == "last":
            inclusive.append(day + timedelta(days=1))
    return max(inclusive) if inclusive else None


def _meaning(before: str, after: str) -> str:
    """Whether the date between these is the day of return, the last day away, or neither."""
    if _UNTIL.search(before):
        return "last" if _INCLUDING.search(before[-40:]) or _AFTER_INCLUDING.search(after) else "back"
    if re.search(rf"\b(?:bis|through|thru)(?:{_LEAD}){{0,8}}$", before):
        return "last"
    if _RANGE.search(before) or (_TO.search(before) and re.search(r"\bfrom\b|\d", before)):
        return "last"
    if _BEFORE_BACK.search(before):
        if re.search(r"\b(?:ab|from|von|vom|starting)\b[^.]{0,20}$", before) and re.match(
            r"[\s,]{0,2}(?:to|bis|until|till|through|thru|-|–)(?:\s|\d)", after
        ):
            return ""
        begins_absence = re.search(r"\b(?:ab|from|as of|starting)\b[^.]{0,20}$", before) and not _AFTER_BACK.search(
            after
        )
        says_back = re.search(
            r"\b(?:wieder|zurück|zurueck|back|return\w*|rückkehr|rueckkehr|again|resum\w*|erst|komme|kehre)\b", before
        )
        if begins_absence and not says_back:
            return ""
        return "back"
    if (
        re.search(rf"\b(?:am|on|ab)(?:{_LEAD}){{0,6}}$", before)
        and _AFTER_BACK.search(after)
        and not _NOT_BACK.search(after[:30])
    ):
        return "back"
    return ""


def _day(found: re.Match[str], today: date) -> date | None:
    try:
        if iso := found["iso"]:
            return date.fromisoformat(iso)
        if found["d1"]:
            return _with_year(int(found["d1"]), int(found["m1"]), found["y1"], today)
        if found["a"]:
            first, second = int(found["a"]), int(found["b"])
            day, month = (second, first) if second > 12 else (first, second)
            return _with_year(day, month, found["y2"], today)
        if found["d3"]:
            return _with_year(int(found["d3"]), _MONTHS[found["m3"]], found["y3"], today)
        if found["m4"]:
            return _with_year(int(found["d4"]), _MONTHS[found["m4"]], found["y4"], today)
    except ValueError:
        return None
    if relative := found["relative"]:
        return today + timedelta(
            days=0 if relative in ("heute", "today") else 2 if relative.startswith(("ü", "ue")) else 1
        )
    if found["week"]:
        return today + timedelta(days=7 - today.weekday())
    weekday = _WEEKDAYS[found["weekday"].split()[-1]]
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _with_year(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    near = date(today.year, month, day)
    # A note of December that says "7. Januar" means the coming one; a day just gone is a note nobody took down.
    if near < today - timedelta(days=60):
        return date(today.year + 1, month, day)
    return date(today.year - 1, month, day) if near > today + timedelta(days=300) else near
