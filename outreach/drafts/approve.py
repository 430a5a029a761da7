"""Approval: a person agrees to exactly this text, and exactly one delivery follows.

`seen` is the fingerprint of what the page showed. If anything of it is different now (another window, another person, a
new signature), nothing is approved and the page shows what there is. What was typed on the page itself is what was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from outreach.clock import on_wall
from outreach.consent.light import needs_notice
from outreach.drafts import checks, parcel, situation, store
from outreach.drafts.changes import own_share
from outreach.drafts.checks import Refusal
from outreach.drafts.parcel import Parcel
from outreach.drafts.rows import Draft, State
from outreach.drafts.situation import Around
from outreach.errors import N_, Conflict, Invalid, NotAllowedToWrite
from outreach.house import House
from outreach.mail import outbox
from outreach.mail.message import Attached
from outreach.mail.rows import Delivery
from outreach.mailboxes import holding, pace
from outreach.occasions import decide

#: how long a click can be taken back before anything leaves
UNDO = timedelta(seconds=30)
SEND_DAYS_MOST = 60
FOLLOW_UP_DAYS = (5, 10, 14)


class MayNotGo(NotAllowedToWrite):
    """The letter may not go out; `refusals` says every reason."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = refusals[0]
        super().__init__(N_("This letter may not go out yet."), field=None, code=first.code)


@dataclass(frozen=True)
class Approved:
    """The draft, and when its mail may leave at the earliest and by the mailbox's pace."""

    draft: Draft
    delivery_id: int
    goes_at: datetime


def seen(session: Session, found: Around) -> str:
    """What a page shows of a draft as it stands: its fingerprint, and the last other letter this person was written.

    A page of before that other letter does not count any more. Empty while the draft cannot be sent.
    """
    packed = pack(session, found)
    if packed is None:
        return ""
    others = select(func.max(Draft.delivery_id)).where(
        Draft.contact_id == found.draft.contact_id, Draft.id != found.draft.id,
        Draft.state.in_((State.APPROVED, State.SENT)),
    )  # fmt: skip
    return f"{parcel.fingerprint(packed, send_at=None)}.{session.scalar(others) or 0}"


def pack(session: Session, found: Around) -> Parcel | None:
    """The mail of a draft as it stands; None without a sender."""
    draft = found.draft
    if found.sender is None:
        return None
    return parcel.pack(
        found.sender, to_name=situation.to_name(found.contact), to_address=draft.to_address, subject=draft.subject,
        text=draft.text, form=draft.form or "de_sie", needs_notice=needs_notice(found.light), purpose=draft.purpose,
        files=[parcel.File(one.filename, one.media_type, one.size, one.sha256)
               for one in situation.files(session, draft.id)],
        in_reply_to=draft.in_reply_to, references=draft.references.split(),
    )  # fmt: skip


def approve(
    session: Session,
    house: House,
    draft_id: int,
    *,
    seen_fingerprint: str,
    subject: str,
    text: str,
    when: datetime | str = "now",
    follow_up_days: int | None = None,
    user_id: int | None,
    now: datetime,
) -> Approved:
    """Agree to this text, as it was typed on a page that showed the rest; `when` is "now", "good_hour" or a moment.

    Raises NotFound, Conflict for a page that is not up to date, Invalid for what was typed, MayNotGo with every reason.
    """
    draft = store.locked(session, draft_id)
    zone = house.settings.timezone
    before = situation.around(session, draft, now=now, zone=zone)
    if not seen_fingerprint or seen(session, before) != seen_fingerprint:
        raise Conflict(N_("This letter is not the one your page shows any more. Nothing was sent; please look again."))
    if follow_up_days is not None and follow_up_days not in FOLLOW_UP_DAYS:
        raise Invalid(N_("Choose after how many days."), field="follow_up_days")
    store.change(session, draft, subject=subject, text=text, to_address=None, sender_id=None, purpose=None,
                 user_id=user_id, now=now)  # fmt: skip
    found = situation.around(session, draft, now=now, zone=zone)
    if reasons := checks.refusals(found.standing, at_sending=False):
        raise MayNotGo(reasons)
    send_at = _moment(found, when, now)
    if send_at is not None and on_wall(send_at, zone).date() > found.occasion.expires_on + situation.GRACE:
        raise Invalid(N_("The occasion will be over by then. Choose an earlier time."), field="send_at")
    return _put(session, house, found, send_at, follow_up_days, user_id, now)


def take_back(session: Session, draft_id: int, *, now: datetime, zone: str) -> Draft:
    """Not sent after all, while nothing has left. Raises NotFound, Conflict when it is on its way or gone."""
    draft = store.get(session, draft_id)
    called_off = update(Delivery).where(Delivery.id == draft.delivery_id, Delivery.state == "ready")
    values = {"state": "cancelled", "reason": "taken_back"}
    if draft.state != State.APPROVED or session.connection().execute(called_off.values(values)).rowcount == 0:
        raise Conflict(N_("This letter is on its way already."))
    back_to_queue(session, draft, refusal=None, now=now, zone=zone)
    return draft


def back_to_queue(session: Session, draft: Draft, *, refusal: Refusal | None, now: datetime, zone: str) -> None:
    """The approval is void; the draft waits again, with the reason when there is one."""
    session.refresh(draft)
    draft.state, draft.fingerprint = State.PROPOSED, ""
    draft.approved_at, draft.approved_by, draft.send_at, draft.delivery_id = None, None, None, None
    draft.returned = refusal.code if refusal is not None else ""
    draft.returned_values = dict(refusal.values) if refusal is not None else {}
    draft.returned_at = now if refusal is not None else None
    draft.version += 1
    session.flush()
    decide.reopen(session, draft.occasion_id, now=now, zone=zone)


def settle_unsure(session: Session, draft_id: int, *, went_out: bool, now: datetime, zone: str) -> Draft:
    """What nobody could know, a person looked up: it went out, or it did not and waits again. Raises Conflict."""
    draft = store.get(session, draft_id)
    values = {"state": "sent", "sent_at": now} if went_out else {"state": "cancelled"}
    known = update(Delivery).where(Delivery.id == draft.delivery_id, Delivery.state == "unsure")
    if session.connection().execute(known.values(reason="person_decided", **values)).rowcount == 0:
        raise Conflict(N_("This was decided already."))
    if not went_out:
        back_to_queue(session, draft, refusal=None, now=now, zone=zone)
    return draft


def _put(
    session: Session, house: House, found: Around, send_at: datetime | None, follow_up_days: int | None,
    user_id: int | None, now: datetime,
) -> Approved:  # fmt: skip
    draft = found.draft
    packed = pack(session, found)
    assert packed is not None and draft.sender_id is not None  # noqa: PT018 - refused above
    contents = [Attached(one.filename, one.media_type, one.content) for one in situation.files(session, draft.id)]
    earliest = max(now + UNDO, send_at or now)
    draft.delivery_id = outbox.put(
        session, house, kind="personal", mail=parcel.as_mail(packed, contents), contact_id=draft.contact_id,
        sender_id=draft.sender_id, draft_id=draft.id, purpose=draft.purpose, not_before=earliest,
        domain=packed.from_address.rpartition("@")[2],
    )  # fmt: skip
    draft.fingerprint = parcel.fingerprint(packed, send_at=send_at)
    draft.state, draft.send_at, draft.follow_up_days = State.APPROVED, send_at, follow_up_days
    draft.approved_at, draft.approved_by = now, user_id
    draft.own_share = round(100 * own_share(draft.first_text, draft.text))
    draft.returned, draft.returned_values, draft.returned_at = "", {}, None
    session.flush()
    decide.written(session, draft.occasion_id, user_id=user_id, now=now)
    goes = holding.ready_at(session, draft.sender_id, now=now, not_before=earliest)
    return Approved(draft, draft.delivery_id, goes)


def _moment(found: Around, when: datetime | str, now: datetime) -> datetime | None:
    """Not before which moment; None: as soon as the mailbox writes."""
    assert found.sender is not None
    chosen: datetime | None
    if when == "now":
        chosen = None
    elif when == "good_hour":
        chosen = pace.good_hour(found.sender.pace, now=now)
    elif isinstance(when, datetime):
        if when <= now or when > now + timedelta(days=SEND_DAYS_MOST):
            raise Invalid(
                N_("Choose a time to come, at most %(most)s days ahead."), field="send_at", most=SEND_DAYS_MOST
            )
        chosen = when
    else:
        raise Invalid(N_("Choose when."), field="when")
    return _not_early(found, chosen, now)


def _not_early(found: Around, chosen: datetime | None, now: datetime) -> datetime | None:
    """Nobody is congratulated before the day."""
    day: date | None = found.draft.not_before
    if day is None:
        return chosen
    morning = datetime.combine(day, time(), ZoneInfo(found.sender.pace.zone if found.sender else "UTC")).astimezone(UTC)
    return max(chosen or now, morning) if morning > now else chosen


def approved_by(session: Session, delivery_id: int) -> Draft | None:
    """The draft whose approval this delivery is."""
    return session.scalars(select(Draft).where(Draft.delivery_id == delivery_id)).one_or_none()
