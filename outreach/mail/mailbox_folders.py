"""The folders of a mailbox and what each is for (RFC 6154); where the server does not say, the usual names do. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: special uses of RFC 6154, plus the inbox, which is found by its name alone (RFC 3501 5.1)
_USES = {
    rb"\sent": "sent", rb"\drafts": "drafts", rb"\junk": "junk", rb"\spam": "junk", rb"\trash": "trash",
    rb"\archive": "archive", rb"\all": "all", rb"\allmail": "all", rb"\inbox": "inbox",
}  # fmt: skip

#: the last part of a folder's name, in small letters, as mail programs and providers give it
_NAMES = {
    "sent": (
        "sent", "gesendet", "gesendete objekte", "gesendete elemente", "gesendete nachrichten", "gesendete mails",
        "gesendete e-mails", "sent items", "sent messages", "sent mail", "sent-mail", "sentmail", "sent objects",
        "postausgang gesendet", "versendet", "verschickt", "envoyés", "messages envoyés", "éléments envoyés",
        "posta inviata", "inviata", "enviados", "elementos enviados", "verzonden items", "verzonden",
    ),
    "drafts": ("drafts", "draft", "entwürfe", "entwurf", "brouillons"),
    "junk": ("junk", "spam", "junk e-mail", "junk-e-mail", "spamverdacht", "unerwünscht", "werbung", "bulk mail"),
    "trash": ("trash", "papierkorb", "deleted items", "deleted messages", "gelöscht", "gelöschte objekte",
              "gelöschte elemente", "corbeille"),
    "archive": ("archive", "archiv", "archives"),
}  # fmt: skip
_BY_NAME = {name: use for use, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Folder:
    """A folder by its name as a person reads it; `use` is sent, drafts, junk, trash, archive, all, inbox or empty."""

    name: str
    use: str = ""
    #: whether the server itself names the use; else it is guessed from the name
    use_is_said: bool = False
    can_be_opened: bool = True


def folder(flags: Iterable[bytes], delimiter: str, name: str) -> Folder:
    """One line of the server's list."""
    small = {flag.lower() for flag in flags if isinstance(flag, bytes)}
    opens = not small & {rb"\noselect", rb"\nonexistent"}
    said = next((use for flag, use in _USES.items() if flag in small), "")
    if name.upper() == "INBOX":
        said = "inbox"
    last = name.rsplit(delimiter, 1)[-1] if delimiter else name
    guessed = _BY_NAME.get(re.sub(r"\s+", " ", last).strip().casefold(), "")
    return Folder(name, said or guessed, bool(said), opens)


def sent(folders: Sequence[Folder]) -> str | None:
    """Where sent mails are kept: what the server says, else the usual name nearest to the top; None when there is none."""
    candidates = [folder for folder in folders if folder.use == "sent" and folder.can_be_opened]
    candidates.sort(key=lambda folder: (not folder.use_is_said, _rank(folder.name), len(folder.name)))
    return candidates[0].name if candidates else None


def _rank(name: str) -> int:
    """How usual the last part of the name is; what the server names itself needs no usual name."""
    last = re.split(r"[./]", name)[-1].casefold()
    names = _NAMES["sent"]
    return names.index(last) if last in names else len(names)
