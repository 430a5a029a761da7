"""Reasons the customer file knows by itself: days, silence, wishes, fairs, seasons, complaints, thanks, owed answers.

timetable → find: every source below → suggest (idempotent) → settle: what has been dealt with elsewhere is over
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, String, and_, cast, exists, func, literal, not_, or_, select, update
from sqlalchemy.orm import Session, aliased

from outreach import dates, fairs, seasons, services
from outreach.care import referrals
from outreach.care.rows import Complaint, Referral
from outreach.clock import on_wall
from outreach.contacts import Contact
from outreach.contacts.rows import ContactTag
from outreach.facts import Fact
from outreach.history.rows import Touchpoint
from outreach.occasions import kinds, situation
from outreach.occasions.rows import Occasion, State
from outreach.occasions.silence import Candidate
from outreach.occasions.suggest import LIVE, suggest

#: of one source at a time, the most valuable first; the rest comes with the next rounds
MOST = 200
#: of silences and seasons, so many wait at a time: a list of thousands is no list to work through
WAITING_MOST = 50
#: years of working together that are worth a word
ROUND_YEARS = (1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50)
#: a service is news for so long
NEWS_DAYS = 60
_DAYS = {
    "birthday": "birthday_contact",
    "founding": "founding_day",
    "first_order": "anniversary_ours",
    "contract_end": "contract_end",
    "other": "own_day",
}

Source = Callable[[Session, date], Iterator[Candidate]]


def find(session: Session, *, now: datetime, zone: str) -> int:
    """Look through the customer file and suggest what it gives; gives how many occasions are new."""
    today = on_wall(now, zone).date()
    found = [candidate for source in _SOURCES for candidate in source(session, today)]
    new = _unknown(session, found)
    return sum(outcome.is_new for outcome in suggest(session, new, now=now, zone=zone))


def settle(session: Session, *, now: datetime, zone: str) -> int:
    """What was dealt with elsewhere is no occasion any more: solved, thanked, answered, written to, gone."""
    today = on_wall(now, zone).date()
    number = Occasion.origin_id
    over = {
        "complaint_open": exists().where(Complaint.id == number, Complaint.closed_at.is_not(None)),
        "referral_thanks": exists().where(Referral.id == number, Referral.thanked_at.is_not(None)),
        "wish_service": exists().where(Fact.id == number, Fact.closed_at.is_not(None)),
        "silence": exists().where(
            Contact.id == Occasion.contact_id, or_(Contact.due_on.is_(None), Contact.due_on > today)
        ),
        "answer_owed": ~Occasion.contact_id.in_(select(situation.owed_answers(today).subquery().c.contact_id)),
    }
    settled = 0
    for kind, condition in over.items():
        settled += _expire(session, and_(Occasion.kind == kind, condition), now)
    gone = exists().where(Contact.id == Occasion.contact_id, Contact.gone != "")
    return settled + _expire(session, gone, now)


def _expire(session: Session, condition: object, now: datetime) -> int:
    statement = update(Occasion).where(Occasion.state.in_(LIVE), condition)  # type: ignore[arg-type]
    statement = statement.values(state=State.EXPIRED, decided_at=now).execution_options(synchronize_session=False)
    return session.connection().execute(statement).rowcount


def _unknown(session: Session, found: list[Candidate]) -> list[Candidate]:
    """Those that are no occasion yet: the same are found every time."""
    known: set[str] = set()
    keys = [one.key for one in found]
    for start in range(0, len(keys), 500):
        known.update(session.scalars(select(Occasion.key).where(Occasion.key.in_(keys[start : start + 500]))))
    return [one for one in found if one.key not in known]


def _days(session: Session, today: date) -> Iterator[Candidate]:
    """Birthdays, founding days, first orders, ends of contracts, days of one's own."""
    every = kinds.load()
    ahead = max(every[kind].before for kind in _DAYS.values())
    for line in dates.coming(session, today=today, days=ahead, limit=5_000):
        kind = every[_DAYS[line.kind]]
        if line.next_on is None or (line.next_on - today).days > kind.before:
            continue
        if kind.key == "anniversary_ours" and line.years not in ROUND_YEARS:
            continue
        details = {"label": line.label, "years": line.years}
        yield Candidate(
            kind=kind.key,
            what=f"day:{line.id}:{line.next_on.year}",
            source="dates",
            contact_id=line.contact_id,
            company_id=line.company_id,
            happened_on=line.next_on,
            origin_id=line.id,
            details={name: value for name, value in details.items() if value} or {"years": 0},
        )


def _orders(session: Session, today: date) -> Iterator[Candidate]:
    """Round years since the first order, for whoever has no such day on the card."""
    kind = kinds.load()["anniversary_ours"]
    earlier = aliased(Touchpoint)
    for years in ROUND_YEARS:
        first, last = _years_ago(today, years), _years_ago(today + timedelta(days=kind.before), years)
        had_one_before = select(earlier.id).where(
            earlier.contact_id == Touchpoint.contact_id, earlier.kind == "order", earlier.at < _moment(first)
        )
        noted = select(dates.SpecialDay.id).where(
            dates.SpecialDay.contact_id == Touchpoint.contact_id, dates.SpecialDay.kind == "first_order"
        )
        query = (
            select(Touchpoint.contact_id, func.min(Touchpoint.at))
            .join(Contact, Contact.id == Touchpoint.contact_id)
            .where(Touchpoint.kind == "order", Touchpoint.at >= _moment(first), Touchpoint.at < _moment(last + timedelta(days=1)))
            .where(Contact.gone == "", Contact.deceased_at.is_(None), ~had_one_before.exists(), ~noted.exists())
            .group_by(Touchpoint.contact_id)
            .limit(MOST)
        )  # fmt: skip
        for contact_id, at in session.execute(query):
            day = _in_years(at.date(), years)
            yield Candidate(
                kind=kind.key, what=f"order:{day.year}", source="dates", contact_id=contact_id, happened_on=day,
                details={"years": years, "first_order_on": at.date().isoformat()},
            )  # fmt: skip


def _silence(session: Session, today: date) -> Iterator[Candidate]:
    """People whose pace wants a word, the most valuable first. One silence is one occasion: it ends with a contact."""
    had = select(Occasion.id).where(
        Occasion.contact_id == Contact.id,
        Occasion.kind == "silence",
        Occasion.created_at > _moment(today - timedelta(days=90)),
    )
    query = (
        select(Contact.id, Contact.company_id, Contact.due_on, Contact.last_contact_at)
        .where(Contact.due_on <= today, Contact.gone == "", Contact.deceased_at.is_(None), not_(had.exists()))
        .order_by(Contact.value_rank.is_(None), Contact.value_rank, Contact.due_on, Contact.id)
        .limit(_room(session, "silence"))
    )
    for contact_id, company_id, due_on, last_at in session.execute(query):
        if due_on is None:
            continue
        details = {"due_on": due_on.isoformat(), "last_on": last_at.date().isoformat() if last_at else ""}
        yield Candidate(
            kind="silence", what=f"due:{due_on.isoformat()}", source="cadence", contact_id=contact_id,
            company_id=company_id, details=details,
        )  # fmt: skip


def _wishes(session: Session, today: date) -> Iterator[Candidate]:
    """New services × people who wished for them."""
    for service in services.list_all(session):
        if service.news_at.date() < today - timedelta(days=NEWS_DAYS):
            continue
        for one in services.interested_page(session, service.id, today, per_page=MOST).rows:
            yield Candidate(
                kind="wish_service", what=f"service:{service.id}:{service.news_at.date().isoformat()}", source="services",
                contact_id=one.contact_id, quote=one.quote, source_name=one.source, origin_id=one.fact_id,
                details={
                    "service_id": service.id, "service": service.name, "why": one.why,
                    "noted_on": one.noted_on.isoformat() if one.noted_on else "",
                },
                strength=1.0 if one.why == "wish" else 0.6,
            )  # fmt: skip


def _fairs(session: Session, today: date) -> Iterator[Candidate]:
    """Fairs at which customers exhibit."""
    kind = kinds.load()["trade_fair"]
    coming = fairs.exhibitors(
        session, starts_from=today - timedelta(days=kind.after), starts_until=today + timedelta(days=kind.before)
    )
    for one in coming:
        yield Candidate(
            kind=kind.key, what=f"fair:{one.fair_id}", source="fairs", company_id=one.company_id,
            happened_on=max(one.starts_on, min(today, one.ends_on)), until=one.ends_on + timedelta(days=kind.after),
            origin_id=one.fair_id,
            details={
                "fair": one.fair, "place": one.place, "stand": one.stand, "starts_on": one.starts_on.isoformat(),
                "ends_on": one.ends_on.isoformat(),
            },
        )  # fmt: skip


def _seasons(session: Session, today: date) -> Iterator[Candidate]:
    """Seasons × people who have their tag."""
    for season in seasons.list_all(session, today=today):
        if (season.next_on - today).days > season.lead_days:
            continue
        query = (
            select(Contact.id, Contact.company_id)
            .join(ContactTag, ContactTag.contact_id == Contact.id)
            .where(ContactTag.tag_id == season.tag_id, Contact.gone == "", Contact.deceased_at.is_(None))
            .where(Contact.muted_at.is_(None))
            .where(~_had(f"season:{season.id}:{season.next_on.year}"))
            .order_by(Contact.value_rank.is_(None), Contact.value_rank, Contact.id)
            .limit(_room(session, "season"))
        )
        for contact_id, company_id in session.execute(query):
            yield Candidate(
                kind="season", what=f"season:{season.id}:{season.next_on.year}", source="seasons", contact_id=contact_id,
                company_id=company_id, until=season.next_on, origin_id=season.id,
                details={"season": season.name, "on": season.next_on.isoformat(), "tag": season.tag},
            )  # fmt: skip


def _room(session: Session, kind: str) -> int:
    """How many more of this kind may wait."""
    live = select(func.count()).where(Occasion.kind == kind, Occasion.state.in_(LIVE))
    return max(0, WAITING_MOST - (session.scalar(live) or 0))


def _had(what: str) -> ColumnElement[bool]:
    """A condition on `contacts`: this season was suggested for them."""
    whose = literal("season:contact:") + cast(Contact.id, String) + literal(f":{what}")
    return select(Occasion.id).where(Occasion.key == whose).exists()


def _complaints(session: Session, _today: date) -> Iterator[Candidate]:
    query = (
        select(Complaint.id, Complaint.contact_id, Complaint.text, Complaint.reported_at)
        .join(Contact, Contact.id == Complaint.contact_id)
        .where(Complaint.closed_at.is_(None), Contact.gone == "")
        .order_by(Complaint.reported_at, Complaint.id)
        .limit(MOST)
    )
    for number, contact_id, text, at in session.execute(query):
        yield Candidate(
            kind="complaint_open", what=f"complaint:{number}", source="care", contact_id=contact_id, quote=text,
            happened_on=at.date(), origin_id=number,
        )  # fmt: skip


def _thanks(session: Session, today: date) -> Iterator[Candidate]:
    for one in referrals.owed(session, limit=MOST):
        if one.referred_on < today - timedelta(days=kinds.load()["referral_thanks"].after):
            continue
        yield Candidate(
            kind="referral_thanks", what=f"referral:{one.id}", source="care", contact_id=one.referrer_id,
            happened_on=min(one.referred_on, today), origin_id=one.id, details={"brought": one.name},
        )  # fmt: skip


def _answers(session: Session, today: date) -> Iterator[Candidate]:
    owed = situation.owed_answers(today)
    waits = select(Occasion.id).where(
        Occasion.contact_id == owed.selected_columns[0], Occasion.kind == "answer_owed", Occasion.state.in_(LIVE)
    )
    for contact_id, at in session.execute(owed.where(~waits.exists()).limit(MOST)):
        yield Candidate(
            kind="answer_owed", what=f"since:{at.isoformat()}", source="care", contact_id=contact_id,
            happened_on=at.date(), details={"since": at.date().isoformat()},
        )  # fmt: skip


_SOURCES: tuple[Source, ...] = (
    _complaints, _answers, _thanks, _days, _orders, _wishes, _fairs, _seasons, _silence,
)  # fmt: skip


def _moment(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _years_ago(day: date, years: int) -> date:
    return _in_years(day, -years)


def _in_years(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
