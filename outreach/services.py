"""Services: what the freelancer offers. A new or changed one is a reason to write to whoever wished for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from outreach import clock
from outreach.db import Base, Moment


class Service(Base):
    """Something the freelancer offers."""

    __tablename__ = "services"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(Text, default="", server_default="")
    #: words by which a wish or interest is recognised, beside the name
    words: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: tags whose contacts are interested
    tags: Mapped[list[str]] = mapped_column(JSON, default=list, server_default=text("'[]'"))
    #: when it became new: made, or changed so that people should hear of it
    news_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    created_at: Mapped[datetime] = mapped_column(Moment, default=clock.now)
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
