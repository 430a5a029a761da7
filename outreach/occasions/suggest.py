"""A reason to write comes in: judged by the rules of silence, ranked, kept once, with the flag it may set.

source → Candidate → suggest: hold customers | load situations | judge | keep (one row per key) | stop flags
later  → rejudge: what is held may come, what is open may have to wait, what is over expires
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select, update
from sqlalchemy.orm import Session

from outreach import db, jobs, lines, logs, stops
from outreach.clock import on_wall
from outreach.contacts import Contact
from outreach.occasions import kinds, ranking, silence, situation
from outreach.occasions.kinds import Kind
from outreach.occasions.rows import Occasion, State
from outreach.occasions.silence import Before, Candidate, Customer, Verdict
from outreach.occasions.situation import Known
from outreach.stops import Reach

log = logs.get(__name__)
#: states that are looked at again
LIVE = (State.OPEN, State.HELD, State.UNSURE, State.NOTE, State.SNOOZED)
#: rules that take back what was suggested already; the others only count between suggestions
_TAKE_BACK = frozenset(
    ["nobody", "deceased", "muted", "paused", "never", "stop", "grave_unsure", "complaint", "answer_owed", "talked_lately"]
)  # fmt: skip
_BLOCK = 200
_LINK_MOST = 2000


@dataclass(frozen=True)
class Outcome:
    """What became of one candidate: the occasion, whether it is new, and the rule that spoke."""

    id: int
    state: str
    rule: str
    is_new: bool


def suggest(session: Session, candidates: Iterable[Candidate], *, now: datetime, zone: str) -> list[Outcome]:
    """Take these reasons in; the same one twice is one. Raises ValueError for a kind that does not exist.

    The strongest reason of a customer is judged first, so that it gets the one place of the fortnight.
    """
    today = on_wall(now, zone).date()
    every = kinds.load()
    wanted = [(one, _kind(every, one)) for one in _completed(session, candidates)]
    customers = {one.customer for one, _ in wanted}
    situation.hold(session, customers)
    known = situation.load(session, customers, today=today, zone=zone)
    ranked = sorted(wanted, key=lambda pair: -_first(pair[0], pair[1], known[pair[0].customer], today))
    outcomes = [_take_in(session, one, kind, known[one.customer], now=now, today=today) for one, kind in ranked]
    stopped = {one.customer for one, kind in wanted if kind.stop}
    if stopped:
        rejudge(session, stopped, now=now, zone=zone)
    return outcomes


def rejudge(session: Session, customers: Collection[Customer], *, now: datetime, zone: str) -> int:
    """Look again at what is open, held, later or unsure for these customers; gives how many changed their state."""
    today = on_wall(now, zone).date()
    situation.hold(session, customers)
    known = situation.load(session, customers, today=today, zone=zone)
    changed = 0
    for customer in customers:
        one = known[customer]
        for row in sorted(_live(session, one), key=lambda row: (row.state != State.OPEN, -row.score, row.id)):
            changed += _look_again(session, row, one, today)
    return changed


def refresh(session: Session, *, now: datetime, zone: str, after: int = 0) -> int | None:
    """Look again at one block of everything live, in the order of the numbers; gives where the next block begins.

    None when there is no more. What is over expires; what slept wakes.
    """
    today = on_wall(now, zone).date()
    query = select(Occasion.id, Occasion.company_id, Occasion.contact_id).where(
        Occasion.id > after, Occasion.state.in_((State.OPEN, State.HELD, State.SNOOZED, State.UNSURE, State.NOTE))
    )
    rows = session.execute(query.order_by(Occasion.id).limit(_BLOCK)).all()
    if not rows:
        return None
    if _follow(session, [row[0] for row in rows]):
        rows = session.execute(query.order_by(Occasion.id).limit(_BLOCK)).all()
    over = update(Occasion).where(Occasion.id.in_([row[0] for row in rows]), Occasion.expires_on < today)
    session.connection().execute(over.values(state=State.EXPIRED, decided_at=now))
    single = {row[2]: situation.customer_of(session, row[2] or 0) for row in rows if row[1] is None}
    customers = {("company", row[1]) if row[1] is not None else single[row[2]] for row in rows}
    rejudge(session, {one for one in customers if one is not None}, now=now, zone=zone)
    return int(rows[-1][0])


def _follow(session: Session, ids: Collection[int]) -> int:
    """Somebody's own days, wishes and answers go along to the next employer; news of a company stays with it."""
    employer = select(Contact.company_id).where(Contact.id == Occasion.contact_id).scalar_subquery()
    works_elsewhere = exists().where(
        Contact.id == Occasion.contact_id,
        Contact.gone == "",
        Contact.company_id.is_distinct_from(Occasion.company_id),
    )
    own = and_(Occasion.key.contains(":contact:"), ~Occasion.source.startswith("feed"))
    moved = update(Occasion).where(Occasion.id.in_(ids), own, works_elsewhere)
    return session.connection().execute(moved.values(company_id=employer)).rowcount


def ask_to_find(session: Session) -> None:
    """Ask the workers to look through the customer file now."""
    jobs.ask(session, "find_occasions")


def confirm(session: Session, occasion: Occasion, *, now: datetime, zone: str) -> None:
    """A person said that this customer is meant: it is judged as certain, and sets the flag it may set."""
    occasion.certainty = "sure"
    session.flush()
    today, kind = on_wall(now, zone).date(), kinds.load()[occasion.kind]
    _set_flag(session, as_candidate(occasion), kind, now=now, today=today)
    customer = as_candidate(occasion).customer
    rejudge(session, {customer}, now=now, zone=zone)


def as_candidate(row: Occasion) -> Candidate:
    """The reason behind an occasion, as its source brought it."""
    action = row.details.get("action")
    return Candidate(
        kind=row.kind, what=row.key, source=row.source, contact_id=row.contact_id, company_id=row.company_id,
        source_name=row.source_name, certainty=row.certainty, action=action, headline=row.headline, quote=row.quote,
        link=row.link, published_at=row.published_at, happened_on=row.happened_on, story=row.story,
        doubts=tuple(row.details.get("doubts", ())), strength=row.details.get("strength"), details=row.details,
        origin_id=row.origin_id, until=row.expires_on,
    )  # fmt: skip


def _completed(session: Session, candidates: Iterable[Candidate]) -> list[Candidate]:
    """Reasons for one person of a company are reasons of that company: what is between two of them counts for all."""
    given = list(candidates)
    ids = {one.contact_id for one in given if one.contact_id is not None and one.company_id is None}
    query = select(Contact.id, Contact.company_id).where(Contact.id.in_(ids), Contact.company_id.is_not(None))
    employers: dict[int, int | None] = {row[0]: row[1] for row in session.execute(query)} if ids else {}
    return [
        replace(one, company_id=employers[one.contact_id])
        if one.company_id is None and one.contact_id in employers
        else one
        for one in given
    ]


def _kind(every: Mapping[str, Kind], candidate: Candidate) -> Kind:
    if candidate.kind not in every:
        raise ValueError(f"{candidate.kind!r} is no kind of occasion")
    return every[candidate.kind]


def _first(candidate: Candidate, kind: Kind, known: Known, today: date) -> float:
    """Grave news before good news, so that it stops it; then by rank."""
    return (10_000 if kind.stop else 0) + ranking.rank(candidate, kind, known.of(candidate.contact_id), today).score


def _take_in(
    session: Session, candidate: Candidate, kind: Kind, known: Known, *, now: datetime, today: date
) -> Outcome:
    _set_flag(session, candidate, kind, now=now, today=today, known=known)
    about = known.of(candidate.contact_id)
    verdict = silence.judge(candidate, kind, about, today)
    ranked = ranking.rank(candidate, kind, about, today)
    values = {
        **_evidence(candidate),
        "key": candidate.key,
        "contact_id": about.recipient.id if about.recipient is not None else candidate.contact_id,
        "company_id": candidate.company_id,
        "polarity": kind.polarity,
        "score": ranked.score,
        "why": ranked.why,
        "expires_on": silence.expires_on(candidate, kind, today),
        "created_at": now,
        **_decided(verdict, today, None),
        **dict.fromkeys(("snoozed_until", "decided_at", "decided_by")),
        "decision": "",
        "remark": "",
    }
    made = session.execute(
        db.insert(session, Occasion)
        .values(values)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(Occasion.id)
    ).scalar()
    if made is None:
        return _known_already(session, candidate, known, now=now, today=today)
    known.before.append(
        Before(made, kind.key, candidate.story, verdict.state, "", today, values["suggested_on"], verdict.action, values["contact_id"])
    )  # fmt: skip
    return Outcome(made, verdict.state, verdict.rule, is_new=True)


def _known_already(session: Session, candidate: Candidate, known: Known, *, now: datetime, today: date) -> Outcome:
    """The same reason again. It suggests nothing again; only what was unsure may have become certain."""
    row = session.scalars(select(Occasion).where(Occasion.key == candidate.key)).one()
    if row.state == State.UNSURE and candidate.certainty == "sure":
        row.certainty = "sure"
        for name, value in _evidence(candidate).items():
            setattr(row, name, value)
        session.flush()
        _look_again(session, row, known, today)
    return Outcome(row.id, row.state, row.held_by, is_new=False)


def _evidence(candidate: Candidate) -> dict[str, Any]:
    kept = {"action": candidate.action, "doubts": list(candidate.doubts), "strength": candidate.strength}
    return {
        "kind": candidate.kind,
        "source": candidate.source[:40],
        "source_name": lines.cut(candidate.source_name, 200),
        "origin_id": candidate.origin_id,
        "story": candidate.story[:60],
        "certainty": candidate.certainty,
        "headline": lines.cut(candidate.headline, 300),
        "quote": lines.cut(candidate.quote, 250),
        "link": _link(candidate),
        "published_at": candidate.published_at,
        "happened_on": candidate.happened_on,
        "details": {**candidate.details, **{name: value for name, value in kept.items() if value}},
    }


def _link(candidate: Candidate) -> str:
    """The address of the report; half an address would lead nowhere."""
    link = candidate.link
    return link if link.startswith(("https://", "http://")) and len(link) <= _LINK_MOST else ""


def _decided(verdict: Verdict, today: date, suggested_on: date | None) -> dict[str, Any]:
    return {
        "state": verdict.state,
        "action": verdict.action,
        "held_by": verdict.rule,
        "held_values": dict(verdict.values),
        "suggested_on": suggested_on or (today if verdict.state == State.OPEN else None),
    }


def _set_flag(
    session: Session, candidate: Candidate, kind: Kind, *, now: datetime, today: date, known: Known | None = None
) -> None:
    """Grave and certain news sets its stop flag: on the person it is about, else on the company, else on the contact."""
    if not kind.stop or not silence.stops_now(candidate, kind, today):
        return
    about_person = kind.stop == "person" and candidate.contact_id is not None
    # News of a death at a company that names nobody of the card stops good occasions of the company for half a year.
    reach: Reach = "positive" if kind.stop == "person" and not about_person else kind.stop
    days = 180 if reach == "positive" and kind.stop == "person" else kind.stop_days
    on = candidate.happened_on or (candidate.published_at.date() if candidate.published_at else today)
    stop_id = stops.put(
        session,
        company_id=None if about_person else candidate.company_id,
        contact_id=candidate.contact_id if about_person or candidate.company_id is None else None,
        kind=kind.key,
        reach=reach,
        on=min(on, today),
        days=days,
        headline=candidate.headline,
        quote=candidate.quote,
        link=_link(candidate),
        now=now,
    )
    if stop_id is not None and known is not None:
        contact_id = candidate.contact_id if about_person else None
        known.flags.append(silence.Flag(reach, kind.key, min(on, today), contact_id))
        log.info("stop_flag_set", stop=stop_id, kind=kind.key)


def _live(session: Session, known: Known) -> Sequence[Occasion]:
    ids = [one.id for one in known.people]
    whose: ColumnElement[bool] = Occasion.contact_id.in_(ids)
    if known.customer[0] == "company":
        whose = or_(
            Occasion.company_id == known.customer[1], and_(Occasion.contact_id.in_(ids), Occasion.company_id.is_(None))
        )
    return session.scalars(select(Occasion).where(whose, Occasion.state.in_(LIVE))).all()


def _look_again(session: Session, row: Occasion, known: Known, today: date) -> int:
    """Judge one live occasion again; gives whether its state changed. What a person decided stays decided."""
    if row.state == State.SNOOZED and (row.snoozed_until is None or row.snoozed_until > today):
        return 0
    candidate, kind = as_candidate(row), kinds.load()[row.kind]
    contact_id = row.contact_id
    if row.key.startswith(f"{row.kind}:company:") and known.recipient(contact_id) is None:
        # Whom one would have written to has left: the reason is the company's, and somebody else is there.
        other = known.recipient(None)
        contact_id = other.id if other is not None else contact_id
    about = known.of(contact_id)
    verdict = silence.judge(candidate, kind, about, today, again=row.id)
    if row.suggested_on is not None and verdict.state == State.HELD and verdict.rule not in _TAKE_BACK:
        verdict = Verdict(State.OPEN, verdict.action) if verdict.rule != "window" else verdict
    if verdict.rule == "window":
        verdict = Verdict(State.EXPIRED, verdict.action, "window", verdict.values)
    ranked = ranking.rank(candidate, kind, about, today)
    values: dict[str, Any] = {
        "score": ranked.score,
        "why": ranked.why,
        "contact_id": contact_id,
        **_decided(verdict, today, row.suggested_on),
    }
    was = row.state
    session.connection().execute(
        update(Occasion).where(Occasion.id == row.id, Occasion.state == was).values(**values, snoozed_until=None)
    )
    session.refresh(row)
    _replace(known, row, today)
    return int(row.state != was)


def _replace(known: Known, row: Occasion, today: date) -> None:
    """What was just judged counts for the next of the same customer."""
    known.before[:] = [one for one in known.before if one.id != row.id]
    known.before.append(
        Before(row.id, row.kind, row.story, row.state, row.decision, min(today, row.created_at.date()), row.suggested_on, row.action, row.contact_id)
    )  # fmt: skip
