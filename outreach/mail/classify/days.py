"""The first day somebody is back, out of an absence note in German or English. Pure.

    bis einschließlich X, bis X, bis zum X, vom … bis X, through X, … – X      away on X: back on X + 1
    ab X wieder, wieder am X, zurück am X, ab X erreichbar, until X, back on X  back on X
    im Mai wieder, ab KW 50 wieder      back on the first of May, on the Monday of that week

"bis" counts the day named, as German does ("Urlaub bis 14. August"); English "until" names the day of return, and
"until and including", "through", "inclusive" do not. Years left out and weekdays are read from the day of the mail,
a weekday behind a day away ("am 13. August nicht da, am Montag wieder") from that day.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
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
#: only behind one of these does a month alone tell a time; "may" is a word, too
_IN_MONTH = "|".join(
    rf"(?<=\b{word}\s)"
    for word in (
        "im",
        "in",
        "ab",
        "bis",
        "until",
        "till",
        "from",
        "of",
        "anfang",
        "mitte",
        "ende",
        "early",
        "mid",
        "late",
    )
)

_DATE = re.compile(
    rf"""
    (?P<iso>20\d\d-\d\d-\d\d)
    | (?:\b(?:kw|kalenderwoche|cw|(?:calendar\s)?week)\s?(?P<w1>\d{{1,2}})|\b(?P<w2>\d{{1,2}})\.\s?(?:kw|kalenderwoche))\b(?!\.\d)(?:\s?/?\s?(?P<wy>20\d\d))?
    | (?P<d1>\d{{1,2}})\.\s?(?P<m1>\d{{1,2}})\.?(?:\s?(?P<y1>20\d\d|\d\d)(?![\d:]))?
    | (?P<a>\d{{1,2}})/(?P<b>\d{{1,2}})(?:/(?P<y2>20\d\d|\d\d))?
    | (?P<d3>\d{{1,2}})(?:\.|st|nd|rd|th)?\s(?:of\s)?(?P<m3>{_MONTH})\b\.?,?(?:\s(?P<y3>20\d\d))?
    | (?P<m4>{_MONTH})\b\.?\s(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<y4>20\d\d))?
    | (?:{_IN_MONTH})(?P<month>{_MONTH})\b(?!\.?\s?\d{{1,2}}\b)\.?(?:\s(?P<y5>20\d\d))?
    | (?P<relative>(?:heute|today|morgen|tomorrow|übermorgen|uebermorgen)\b)
    | (?P<weekday>(?:(?:kommenden|nächsten|naechsten|diesen|next|this|coming)\s)?(?:{_WEEKDAY})\b(?!,?\s(?:(?:den|dem|the)\s)?(?:\d|{_MONTH}\b)))
    | (?P<week>(?:nächste[rn]?|naechste[rn]?|kommende[rn]?|next)\s(?:woche|week)\b)
    """,
    re.VERBOSE,
)
#: what may stand between a word and its date
_LEAD = rf"(?:\s|,|\(|:|(?:dem|den|der|zum|zur|einschlie(?:ß|ss)lich|einschl\.?|inkl\.?|inklusive|mit|und|and|including|incl\.?|the|on|at|am|in|about|ca\.?|voraussichtlich|vsl\.?|wieder|erst|including|(?:{_WEEKDAY}|{_SHORT_DAY})\b,?)(?=[\s,(.]))"
_BEFORE_BACK = re.compile(
    rf"(?:\b(?:ab|erst(?: wieder)?(?: ab)?|wieder (?:am|ab|zum)|zurück (?:am|ab|im)|zurueck (?:am|ab)|zurück (?:sein|bin).{{0,12}}|r(?:ü|ue)ckkehr(?:tag)?(?: (?:ist|erfolgt|steht|wird|f(?:ü|ue)r|geplant|vorgesehen))*|wiederkehre? ?(?:am|ab)?|back(?: online| (?:in|at|to)(?: the| my| our)? (?:[a-z]{{2,20}} )?[a-z]{{2,20}}(?<! on)(?<! at)(?<! by))?(?: again)?|return(?:ing|s)?(?: to (?:the|my|our) (?:office|desk|work)| to work)?(?: again)?|resum\w+(?: work)?|from|starting|as of|available(?: again)?(?: from)?|reachable(?: again)?|in the office (?:again )?|until|till|til|erreichbar)|\b(?:kehre|komme|bin|stehe|stehen|sind|werde|erreichen sie mich)\b[^.!?\n]{{0,60}}?\b(?:am|ab|zum)){_LEAD}{{0,8}}$",
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
#: "Am Montag lese ich alles": who works on some days only says what happens on the next
_AFTER_WORK = re.compile(
    r"^[\s,]{0,3}(?:(?:lese|beantworte|antworte|bearbeite|melde|kümmere|kuemmere|schaue|sehe)\sich\b|(?:i|we)(?:['’]ll|\s(?:will|shall))\s(?:read|answer|reply|respond|get back|look)\b)"
)
#: the day somebody left for good
_GONE_BEFORE = re.compile(
    r"\b(?:retired|left|leaving|leave[sd]?|ausgeschieden|verlassen|verl(?:ä|ae)sst)\b[^.!?\n]{0,40}$"
)
_GONE_AFTER = re.compile(
    r"^[^!?\n]{0,60}?\b(?:gegangen|ausgeschieden|verlassen|getreten|verabschiedet|gewechselt|retired|left)\b"
)
#: "beantworte Ihre Mail ab dem"
_WORKS_FROM = re.compile(
    r"\b(?:beantwort|bearbeit|antwort|meld|k(?:ü|ue)mmer|les|reply|repli|respond|answer|read)\w*\b[^.!?\n]{0,60}\b(?:ab|from|as of)\b[^.!?\n]{0,20}$"
)
#: "My last day away is Wednesday"
_LAST_DAY = re.compile(
    rf"(?:last day (?:away|off|out|of (?:my |the )?(?:leave|holidays?|vacation|absence))|letzter? (?:urlaubs|abwesenheits|ferien)tag|letzte[rn]? tag (?:meine[rs]|der|des) (?:abwesenheit|urlaubs))(?: is| will be| ist| wird)?{_LEAD}{{0,6}}$"
)
_SAYS_BACK = re.compile(
    r"\b(?:wieder|zurück|zurueck|back|return\w*|rückkehr|rueckkehr|again|resum\w*|erst|komme|kehre)\b"
)
_BREAK = re.compile(r",|\b(?:und|and|aber|but)\b")
_AWAY = re.compile(
    r"\b(?:nicht|kein\w*|weg|verreist|unterwegs|au(?:ß|ss)er|abwesend|geschlossen|frei|krank|\w{0,20}urlaub|out|away|off|absent|closed|leave|not|unavailable|travel\w*|holidays?|vacation)\b"
)
#: how far a day away reaches to the weekday of return, in characters
_NEAR = 160
_FAR = timedelta(days=550)


def back_on(text: str, today: date) -> date | None:
    """The first day back, or None when the note does not say."""
    # A line a mail program broke goes on in the next; a list of days does not.
    joined = re.sub(r"(?<=[\w,])[ \t]*\r?\n(?=[a-zäöüß])", " ", text[:6_000])
    text = re.sub(r"[ \t\u00a0]+", " ", joined.lower())
    inclusive: list[date] = []
    away, named_at = today, 0
    dates = [*_DATE.finditer(text)]
    for number, found in enumerate(dates):
        before = text[max(found.start() - 110, 0) : found.start()]
        before = re.split(r"[!?]|\.\s(?=[^\W\d])", before)[-1]
        span = _span(found, before, today, away if found.start() - named_at <= _NEAR else today)
        if span is None or not today - timedelta(days=60) <= span[0] <= today + _FAR:
            continue
        after = _after(text, dates, number)
        in_days = not (found["month"] or found["w1"] or found["w2"])
        meaning = _meaning(before, after) if in_days else _meaning_of_long(before, after)
        if found["week"] and not meaning:
            meaning = _meaning_of_long(before, after)
        if meaning == "back":
            return span[0]
        if meaning == "last":
            inclusive.append(span[1] + timedelta(days=1))
        about_absence = _AWAY.search(before) or _AWAY.search(text, found.end(), found.end() + 60)
        if meaning == "last" or (in_days and not found["weekday"] and about_absence):
            away, named_at = max(away, span[1]), found.end()
    return max(inclusive) if inclusive else None


def _after(text: str, dates: Sequence[re.Match[str]], number: int) -> str:
    """The words behind a date that are about it: not those that lead to the next."""
    end = dates[number].end()
    after = text[end : end + 60]
    if number + 1 < len(dates) and dates[number + 1].start() - end < len(after):
        after = after[: dates[number + 1].start() - end]
        breaks = [found.start() for found in _BREAK.finditer(after)]
        return after[: breaks[-1]] if breaks and _SAYS_BACK.search(after, breaks[-1]) else after
    return after


def _meaning_of_long(before: str, after: str) -> str:
    """The same for a month or a week: "im Mai" is a return only where the words say so."""
    if re.search(rf"\b(?:bis|through|thru)(?:{_LEAD}|anfang\s|mitte\s|ende\s){{0,8}}$", before):
        return "last"
    if re.search(r"\b(?:until|till|til)\b[^.!?\n]{0,20}$", before):
        return "last" if _INCLUDING.search(before[-40:]) else "back"
    says = _SAYS_BACK.search(before[-60:]) or (_AFTER_BACK.search(after) and not _NOT_BACK.search(after[:30]))
    return "back" if says else ""


def _meaning(before: str, after: str) -> str:
    """Whether the date between these is the day of return, the last day away, or neither."""
    sentence = re.split(r"\.\s(?=[^\W\d])", after)[0]
    if (_GONE_AFTER.search(sentence) or _GONE_BEFORE.search(before)) and not _SAYS_BACK.search(before + sentence):
        return ""
    if re.search(rf"\b(?:am|ab|on){_LEAD}{{0,6}}$", before) and _AFTER_WORK.search(after):
        return "back"
    if _LAST_DAY.search(before):
        return "last"
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
        if begins_absence and not (_SAYS_BACK.search(before) or _WORKS_FROM.search(before)):
            return ""
        return "back"
    if (
        re.search(rf"\b(?:am|on|ab)(?:{_LEAD}){{0,6}}$", before)
        and (back := _AFTER_BACK.search(after))
        and not _NOT_BACK.search(after[: min(back.end(), 30)])
    ):
        return "back"
    return ""


def _span(found: re.Match[str], before: str, today: date, away: date) -> tuple[date, date] | None:
    """The first and the last day of what was found; a weekday is the next behind `away`."""
    if found["month"]:
        return _month(found["month"], found["y5"], before, today)
    if found["w1"] or found["w2"]:
        return _calendar_week(int(found["w1"] or found["w2"]), found["wy"], today)
    day = _day(found, today, away)
    return (day, day) if day else None


def _month(name: str, year: str | None, before: str, today: date) -> tuple[date, date]:
    first = date(int(year) if year else today.year, _MONTHS[name], 1)
    if not year and first.month < today.month:
        first = first.replace(year=today.year + 1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    part = re.search(r"\b(anfang|early|mitte|mid|ende|late)\s$", before)
    if part is None:
        return first, last
    days = {"a": (1, 7), "e": (last.day, last.day), "m": (15, 15), "l": (last.day, last.day)}
    begin, end = (1, 7) if part[1] == "early" else days[part[1][0]]
    return first.replace(day=begin), first.replace(day=end)


def _calendar_week(week: int, year: str | None, today: date) -> tuple[date, date] | None:
    """Monday to Sunday of an ISO week; without a year the one that is not yet over."""
    try:
        monday = date.fromisocalendar(int(year) if year else today.isocalendar().year, week, 1)
        if not year and monday + timedelta(days=6) < today:
            monday = date.fromisocalendar(today.isocalendar().year + 1, week, 1)
    except ValueError:
        return None
    return monday, monday + timedelta(days=6)


def _day(found: re.Match[str], today: date, away: date) -> date | None:
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
    return away + timedelta(days=(weekday - away.weekday() - 1) % 7 + 1)


def _with_year(day: int, month: int, year: str | None, today: date) -> date:
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    near = date(today.year, month, day)
    # A note of December that says "7. Januar" means the coming one; a day just gone is a note nobody took down.
    if near < today - timedelta(days=60):
        return date(today.year + 1, month, day)
    return date(today.year - 1, month, day) if near > today + timedelta(days=300) else near
