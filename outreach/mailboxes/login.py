"""The passwords of a mailbox: kept once where both ways have the same one, and never sent over an open line outside."""

from __future__ import annotations

from ipaddress import ip_address

from outreach.errors import N_, Invalid
from outreach.mailboxes.rows import Mailbox
from outreach.vault import Vault

#: names that lead nowhere outside (RFC 6762, RFC 8375, ICANN's .internal, the usual router of German homes)
_NEAR = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".fritz.box")


def keep_passwords(box: Mailbox, vault: Vault, *, smtp_password: str | None, imap_password: str | None) -> None:
    """Lock what is given: None leaves a password as it is, an empty one takes it away.

    One password for both ways is kept once, so that a new one holds for both.
    """
    if imap_password is not None:
        box.imap_password = vault.lock(imap_password)
    elif smtp_password is not None and not reads_with_its_own(vault, box):
        box.imap_password = ""
    if smtp_password is not None:
        box.smtp_password = vault.lock(smtp_password)
    if box.smtp_password and not reads_with_its_own(vault, box):
        box.imap_password = ""


def reads_with_its_own(vault: Vault, box: Mailbox) -> bool:
    """Whether reading has a password of its own, another one than sending."""
    if not box.imap_password:
        return False
    try:
        return vault.unlock(box.imap_password) != vault.unlock(box.smtp_password or "")
    except Invalid:  # the installation has another key: nothing is known of either
        return True


def must_be_encrypted(box: Mailbox) -> None:
    """Raises Invalid when a password would go over an open line, other than within the own machine or network.

    By the name alone: nobody is asked here. The test of a mailbox, and reading itself, look at the real address as well.
    """
    for part, has_password in (("smtp", bool(box.smtp_user)), ("imap", True)):
        host = getattr(box, f"{part}_host")
        if host and has_password and not getattr(box, f"{part}_security") and not is_near(host):
            raise Invalid(
                N_(
                    "%(host)s lies outside your own network, and a password is never sent there unencrypted. Choose TLS "
                    "or STARTTLS."
                ),
                field=f"{part}_security",
                host=host,
            )


def is_near(host: str) -> bool:
    """Whether a host lies in the own machine or network, as far as its name says."""
    bare = host.strip("[]").rstrip(".").lower()
    try:
        address = ip_address(bare)
    except ValueError:
        return "." not in bare or bare.endswith(_NEAR)
    return address.is_loopback or address.is_private
