"""Settings: typed, loud when wrong, from the environment and `.env`."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from outreach import settings
from outreach.settings import SettingsError


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An empty environment in an empty folder."""
    monkeypatch.chdir(tmp_path)
    import os

    for name in list(os.environ):
        if name.startswith("OUTREACH_"):
            monkeypatch.delenv(name)


def test_nothing_set_is_a_working_installation() -> None:
    found = settings.load()
    assert (found.host, found.port, found.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert found.database.startswith("sqlite:///")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PORT", "eighty", "OUTREACH_PORT"), ("PORT", "0", "OUTREACH_PORT"), ("LOCALE", "fr", "OUTREACH_LOCALE"),
        ("TIMEZONE", "Europe/Entenhausen", "IANA"), ("DATABASE_URL", "mysql://x", "postgresql://"),
        ("BROKER_URL", "kafka://x", "redis://"), ("SMTP_URL", "mail.example.de", "smtp://host:port"),
        ("BASE_URL", "news.example.de", "https://"), ("SMPT_URL", "smtp://x", "OUTREACH_SMPT_URL is not a setting"),
    ],
)  # fmt: skip
def test_a_wrong_setting_is_named_with_what_it_has_to_be(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"OUTREACH_{name}", value)
    with pytest.raises(SettingsError, match=words):
        settings.load()


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_PORT", "x")
    monkeypatch.setenv("OUTREACH_LOCALE", "x")
    with pytest.raises(SettingsError) as caught:
        settings.load()
    assert len(str(caught.value).splitlines()) == 2


def test_a_file_in_the_folder_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OUTREACH_PORT=9000\nOUTREACH_LOCALE=en\n")
    monkeypatch.setenv("OUTREACH_PORT", "9001")
    found = settings.load()
    assert (found.port, found.locale) == (9001, "en")


def test_the_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    first, second = settings.load(data=tmp_path / "data"), settings.load(data=tmp_path / "data")
    assert first.secret == second.secret
    assert len(first.secret) > 40
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_passwords_do_not_show_in_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUTREACH_SMTP_URL", "smtp://me:hunter2@mail.example.de:587")
    monkeypatch.setenv("OUTREACH_SECRET_KEY", "swordfish")
    assert not {"hunter2", "swordfish"} & set(str(settings.load()).replace("'", " ").replace(":", " ").split())
    assert "hunter2" not in repr(settings.load())


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    for attempt in range(60):
        together, folder = threading.Barrier(6), tmp_path / str(attempt)

        def start(_number: int, together: threading.Barrier = together, folder: Path = folder) -> str:
            together.wait()
            return settings.load(data=folder).secret

        with ThreadPoolExecutor(6) as pool:
            keys = set(pool.map(start, range(6)))
        assert len(keys) == 1
        assert len(keys.pop()) > 40
        assert [path.name for path in folder.iterdir()] == ["secret_key"]
