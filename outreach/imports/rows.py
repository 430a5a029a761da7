"""The rows of imports. `position` moves forward in the same transaction as the contacts it counts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Import(Base):
    """One uploaded file on its way into the customer file."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("state IN ('uploaded', 'running', 'done', 'failed')", name="state"),
        CheckConstraint("kind IN ('csv', 'rows')", name="kind"),
        CheckConstraint("undo_state IN ('', 'running', 'done')", name="undo_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    filename: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), default="uploaded")
    #: "rows" when the file was no CSV and was taken apart at the upload, see files.py
    kind: Mapped[str] = mapped_column(String(4), default="csv", server_default="csv")
    #: of a workbook: the sheets that hold anything, and the one chosen
    sheets: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    sheet: Mapped[str] = mapped_column(String(100), default="", server_default="")
    #: the program it was exported from, see products.py
    product: Mapped[str] = mapped_column(String(20), default="", server_default="")
    #: guessed, correctable: charset, delimiter, columns {header: field}
    charset: Mapped[str] = mapped_column(String(30), default="")
    delimiter: Mapped[str] = mapped_column(String(1), default="")
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    list_id: Mapped[int | None] = mapped_column(ForeignKey("lists.id"))
    #: further lists, beside list_id
    more_list_ids: Mapped[list[int]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: whether the first row names the columns
    has_header: Mapped[bool] = mapped_column(default=True)
    #: why these people may be written to; empty = they come in without being subscribed
    consent_proof: Mapped[str] = mapped_column(Text, default="")
    rows_total: Mapped[int] = mapped_column(default=0)
    #: rows done, in file order
    position: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    #: taken in, but without something that could not be understood
    noted: Mapped[int] = mapped_column(default=0)
    #: newly subscribed to the list; had unsubscribed and stay so; not subscribed for want of a proof
    subscribed: Mapped[int] = mapped_column(default=0)
    kept_unsubscribed: Mapped[int] = mapped_column(default=0)
    without_proof: Mapped[int] = mapped_column(default=0)
    #: had left the list, or were blocked, where the file comes from
    left_before: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    suppressed: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: how often a block failed by the database, one after the other
    tries: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    #: the way back: "" | running | done; rows put back, things left because somebody changed them since
    undo_state: Mapped[str] = mapped_column(String(7), default="", server_default="")
    restored: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    undone_at: Mapped[datetime | None] = mapped_column(Moment)
    #: a sentence when state is failed
    problem: Mapped[str] = mapped_column(Text, default="")
    #: who works on it now, and until when nobody else may
    leased_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))


class ImportPart(Base):
    """A piece of the uploaded file, kept in the database so that any worker on any machine can read it."""

    __tablename__ = "import_parts"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ImportSkip(Base):
    """A row that was not taken in, and why; or, with `taken_in`, what of it was left out."""

    __tablename__ = "import_skips"
    __table_args__ = (Index("ix_import_skips_import_id_line", "import_id", "line"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    line: Mapped[int]
    taken_in: Mapped[bool] = mapped_column(default=False)
    #: a translatable sentence with its values, see errors.OutreachError
    sentence: Mapped[str] = mapped_column(Text)
    values: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    excerpt: Mapped[str] = mapped_column(String(300), default="")


class ImportKept(Base):
    """Something an undo left as it is, because somebody changed it since."""

    __tablename__ = "import_kept"
    __table_args__ = (
        Index("ix_import_kept_import_id", "import_id", "id"),
        Index("ix_import_kept_contact_id", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contacts.id", ondelete="CASCADE"))
    #: table and columns, for people translated into words
    table_name: Mapped[str] = mapped_column(String(40))
    columns: Mapped[list[str]] = mapped_column(JSON, default=list)
    sentence: Mapped[str] = mapped_column(Text)


class SavedMapping(Base):
    """What the columns of a file became, proposed again for the next file with the same columns."""

    __tablename__ = "saved_mappings"

    #: SHA-256 of the folded column names, see mapping.fingerprint
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    mapping: Mapped[dict[str, Any]] = mapped_column(JSON)
    used_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
