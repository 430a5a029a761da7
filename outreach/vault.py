"""Secrets at rest: passwords of mailboxes and keys of webhooks, encrypted with the installation's key.

Fernet (AES-128-CBC with HMAC-SHA256, https://github.com/fernet/spec) with a key of its own, so that what seals links
never opens a password. A copy of the database without the key holds no password.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from outreach.errors import N_, Invalid


class Vault:
    """Locks and unlocks short texts with the installation's key."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"outreach vault\0" + secret.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def lock(self, text: str) -> str:
        """The text, encrypted; the empty text stays empty."""
        return self._fernet.encrypt(text.encode()).decode() if text else ""

    def unlock(self, locked: str) -> str:
        """The text again; raises Invalid when another key locked it (the key of the installation was changed)."""
        if not locked:
            return ""
        try:
            return self._fernet.decrypt(locked.encode()).decode()
        except InvalidToken:
            raise Invalid(
                N_("The password cannot be read any more: the installation has another key. Please type it again."),
                field="password",
            ) from None
