"""The letters as they are used: shipped, or as somebody changed them in the admin, in versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from outreach import clock
from outreach.drafts import texts
from outreach.drafts.rows import LetterVersion
from outreach.drafts.texts import Form, LetterText
from outreach.errors import N_, NotFound


@dataclass(frozen=True)
class Letter:
    """One wording as it is used now; `number` 0 is the shipped text."""

    text: LetterText
    number: int
    changed_at: datetime | None


def everything(session: Session) -> Mapping[str, Sequence[Letter]]:
    """Every wording by kind, in the order of the files."""
    changed = _changed(session)
    return {
        kind: [_used(text, changed) for form in texts.FORMS for text in forms[form]]
        for kind, forms in texts.load().items()
    }


def of(session: Session, kind: str, form: Form) -> Sequence[LetterText]:
    """The wordings for this kind and form of address."""
    shipped = texts.shipped(kind, form)
    changed = _changed(session, shipped[0].kind)
    return [_used(one, changed).text for one in shipped]


def get(session: Session, kind: str, form: str, variant: int) -> Letter:
    """One wording; raises NotFound."""
    shipped = _shipped(kind, form, variant)
    return _used(shipped, _changed(session, kind))


def save(
    session: Session, kind: str, form: str, variant: int, *, subject: str, body: str, user_id: int | None
) -> Sequence[str]:
    """The next version; gives advice as translatable sentences. Raises NotFound, Invalid, sandbox.Broken."""
    now = get(session, kind, form, variant)
    body = body.replace("\r\n", "\n").strip()
    advice = texts.check(subject, body)
    if (now.text.subject, now.text.body) != (subject.strip(), body):
        _add(session, kind, form, variant, subject.strip(), body, user_id)
    return advice


def reset(session: Session, kind: str, form: str, variant: int, *, user_id: int | None) -> None:
    """The shipped text again, as a version; raises NotFound."""
    if get(session, kind, form, variant).number:
        _add(session, kind, form, variant, "", "", user_id)


def versions(session: Session, kind: str, form: str, variant: int) -> Sequence[LetterVersion]:
    """What was saved, newest first; an empty text stands for the shipped one."""
    _shipped(kind, form, variant)
    query = (
        select(LetterVersion)
        .where(LetterVersion.kind == kind, LetterVersion.form == form, LetterVersion.variant == variant)
        .order_by(LetterVersion.number.desc())
    )
    return session.scalars(query).all()


def _shipped(kind: str, form: str, variant: int) -> LetterText:
    wordings = texts.load().get(kind, {}).get(form, ())  # type: ignore[call-overload]
    found = next((one for one in wordings if one.variant == variant), None)
    if found is None:
        raise NotFound(N_("There is no such letter."))
    return found  # type: ignore[no-any-return]


def _add(session: Session, kind: str, form: str, variant: int, subject: str, body: str, user_id: int | None) -> None:
    last = session.scalar(
        select(func.max(LetterVersion.number)).where(
            LetterVersion.kind == kind, LetterVersion.form == form, LetterVersion.variant == variant
        )
    )
    session.add(
        LetterVersion(kind=kind, form=form, variant=variant, number=(last or 0) + 1, subject=subject, body=body,
                      by_id=user_id, at=clock.now())
    )  # fmt: skip
    session.flush()


def _changed(session: Session, kind: str | None = None) -> Mapping[tuple[str, str, int], LetterVersion]:
    query = select(LetterVersion).order_by(LetterVersion.number)
    if kind is not None:
        query = query.where(LetterVersion.kind == kind)
    return {(one.kind, one.form, one.variant): one for one in session.scalars(query)}


def _used(shipped: LetterText, changed: Mapping[tuple[str, str, int], LetterVersion]) -> Letter:
    own = changed.get((shipped.kind, shipped.form, shipped.variant))
    if own is None or not own.body:
        return Letter(shipped, 0, own.at if own is not None else None)
    return Letter(replace(shipped, subject=own.subject, body=own.body), own.number, own.at)
