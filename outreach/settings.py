"""Every setting, typed, from the environment and `.env`; loud and readable when wrong."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from outreach import clock

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "OUTREACH_"


class SettingsError(Exception):
    """The settings cannot be used; the text names each one and says what is wrong."""


class Settings(BaseSettings):
    """Settings of one installation. Each is documented in the README under the same name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore")

    host: Annotated[str, Field(description="address the web server listens on")] = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535, description="port the web server listens on")] = 8000
    data: Annotated[Path, Field(description="folder for the database, uploads and the key")] = Path("data")
    database_url: Annotated[str, Field(description="empty: SQLite in the data folder; else postgresql://…")] = ""
    broker_url: Annotated[str, Field(description="empty: in this process; else redis://… or amqp://…")] = ""
    smtp_url: Annotated[
        SecretStr,
        Field(
            description="smtp://, smtp+starttls:// or smtps://user:password@host:port; "
            "empty: mails go to the built-in outbox viewer"
        ),
    ] = SecretStr("")
    smtp_connections: Annotated[int, Field(ge=1, le=50, description="connections kept open to the mail server")] = 4
    smtp_timeout: Annotated[float, Field(ge=1, le=900, description="seconds to wait for an ordinary answer")] = 60
    secret_key: Annotated[
        SecretStr, Field(description="seals cookies and links; empty: made once and kept in the data folder")
    ] = SecretStr("")
    base_url: Annotated[str, Field(description="address people reach this installation at, used in mails")] = ""
    locale: Annotated[Literal["de", "en"], Field(description="language of new users and of public pages")] = "de"
    timezone: Annotated[str, Field(description="IANA zone of new users and planned times")] = "Europe/Berlin"
    trusted_proxies: Annotated[int, Field(ge=0, le=5, description="reverse proxies in front of the web server")] = 0
    allow_private_addresses: Annotated[
        bool, Field(description="feeds may be read from private networks (intranets, tests)")
    ] = False
    writer_url: Annotated[
        str, Field(description="OpenAI-compatible endpoint that may improve drafts, like https://…/v1; empty: none")
    ] = ""
    writer_key: Annotated[SecretStr, Field(description="key of that endpoint")] = SecretStr("")
    writer_model: Annotated[str, Field(description="model asked for there")] = ""
    writer_timeout: Annotated[float, Field(ge=1, le=120, description="seconds to wait for it")] = 20
    log_format: Annotated[Literal["text", "json"], Field(description="lines for people or for machines")] = "text"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(description="least level logged")] = "INFO"

    @field_validator("timezone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if not clock.is_zone(value):
            raise ValueError(f"'{value}' is not a zone of the IANA database; write it like Europe/Berlin")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_known(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql:", "postgresql+psycopg:", "postgres:")):
            raise ValueError("it must start with sqlite:/// or postgresql://")
        return value

    @field_validator("broker_url")
    @classmethod
    def _broker_known(cls, value: str) -> str:
        if value and not value.startswith(
            ("redis://", "rediss://", "unix://", "redis+socket://", "amqp://", "amqps://")
        ):
            raise ValueError("it must be empty or start with redis:// or amqp://")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _smtp_known(cls, value: SecretStr) -> SecretStr:
        url = value.get_secret_value()
        if url and (urlsplit(url).scheme not in ("smtp", "smtp+starttls", "smtps") or not urlsplit(url).hostname):
            raise ValueError(
                "it must look like smtp://host:port, smtp+starttls://user:password@host:587 or smtps://…:465"
            )
        return value

    @field_validator("base_url")
    @classmethod
    def _base_is_web(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("it must be a web address like https://news.example.de")
        return value.rstrip("/")

    @field_validator("writer_url")
    @classmethod
    def _writer_is_web(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("it must be a web address like https://api.example.com/v1")
        return value.rstrip("/")

    @property
    def database(self) -> str:
        """The SQLAlchemy address of the database."""
        if not self.database_url:
            return f"sqlite:///{self.data.resolve() / 'outreach.db'}"
        for plain in ("postgresql://", "postgres://"):
            if self.database_url.startswith(plain):
                return "postgresql+psycopg://" + self.database_url[len(plain) :]
        return self.database_url

    @property
    def public_url(self) -> str:
        """The address links in mails start with, without a slash at its end."""
        return self.base_url or f"http://{self.host}:{self.port}"

    @property
    def mail_domain(self) -> str:
        """The domain of our Message-IDs and return paths: the host of the public address."""
        host = urlsplit(self.public_url).hostname or "localhost"
        return "localhost.localdomain" if host in ("127.0.0.1", "::1", "0.0.0.0", "localhost") else host  # noqa: S104

    @property
    def secret(self) -> str:
        """The installation's key: as set, or made on first use and kept in the data folder, readable by its owner."""
        return self.secret_key.get_secret_value() or _kept_secret(self.data / "secret_key")


def load(**overrides: object) -> Settings:
    """The settings of this process; raises SettingsError with one line for each wrong or unknown setting."""
    problems = [f"{name} is not a setting; did you mistype it?" for name in _unknown_names()]
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems += [
            f"{PREFIX}{str(e['loc'][0]).upper()}: {str(e['msg']).removeprefix('Value error, ')}" for e in error.errors()
        ]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def _unknown_names() -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {name.upper() for name in (*os.environ, *dotenv_values(".env")) if name.upper().startswith(PREFIX)}
    return sorted(given - known)


def _kept_secret(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # Written whole before it gets its name: a process that starts with us never reads half a key.
        descriptor, made = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(made, path)
        except FileExistsError:
            pass  # the other one was faster; its key is the key
        finally:
            os.unlink(made)
    return path.read_text().strip()
