"""One room for each outside thing; web modules build no queries; the layers hold, and a violation is seen."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.settings import ROOT

PACKAGES = ("outreach", "campaigns", "feeds")
_MAILBOX = ("outreach/mail/mailbox.py", "outreach/mail/mailbox_connection.py")
#: who may import what from outside
ROOMS = {
    "flask": lambda path: "web" in path.parts or path.name == "wsgi.py",
    "flask_babel": lambda path: "web" in path.parts,
    "smtplib": lambda path: path.as_posix() in ("outreach/mail/transport.py", "outreach/mail/answers.py"),
    "imaplib": lambda path: path.as_posix() in _MAILBOX,
    "imapclient": lambda path: path.as_posix() in _MAILBOX,
    "dns": lambda path: path.as_posix() == "outreach/mail/records.py",
    "premailer": lambda path: path.as_posix() == "outreach/mail/render.py",
    "feedparser": lambda path: path.as_posix() == "feeds/parse/loose.py",
    "aiohttp": lambda path: path.parts[:2] == ("feeds", "fetch") or path.as_posix() == "outreach/drafts/writer.py",
    "dramatiq": lambda path: (
        path.name in ("actors.py", "worker.py", "wsgi.py")
        or path.as_posix() in ("outreach/jobs.py", "outreach/house.py")
    ),
}
#: building blocks of queries; a session's type and an error's name are none
QUERIES = {"select", "update", "insert", "delete", "text", "func", "and_", "or_", "exists", "case", "literal", "join"}


def _files() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py")))
    yield from (Path("wsgi.py"), Path("worker.py"))


def _imports(path: Path) -> Iterator[tuple[str, str]]:
    """(module, name) of every import, wherever it stands in the file."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def test_each_outside_thing_has_one_room() -> None:
    strays = [
        f"{path} imports {module}"
        for path in _files()
        for module, _name in _imports(path)
        if (room := ROOMS.get(module.split(".")[0])) is not None and not room(path)
    ]
    assert not strays, "\n".join(strays)


def test_nothing_imports_the_composition_roots() -> None:
    """Only `outreach serve` puts both together, in wsgi.py: web and workers in one process."""
    roots = [(path, module) for path in _files() for module, _name in _imports(path) if module in ("wsgi", "worker")]
    strays = [f"{path}" for path, module in roots if (path.name, module) != ("wsgi.py", "worker")]
    assert not strays, "\n".join(strays)


def test_web_modules_build_no_queries_and_open_no_sessions() -> None:
    strays = []
    for path in _files():
        if "web" not in path.parts:
            continue
        for module, name in _imports(path):
            if module.split(".")[0] == "sqlalchemy" and (name in QUERIES or not name):
                strays.append(f"{path} imports {module}.{name}")
        if path.name != "transaction.py":
            nodes = ast.walk(ast.parse((ROOT / path).read_text()))
            strays += [f"{path}:{getattr(node, 'lineno', 0)}" for node in nodes if _ends_or_asks(node)]
    assert not strays, "\n".join(strays)


def _ends_or_asks(node: ast.AST) -> bool:
    """Whether this is `something.commit`, `.execute` …; `transaction.commit` is how web modules end one early."""
    if not isinstance(node, ast.Attribute) or node.attr not in ("commit", "rollback", "scalars", "scalar", "execute"):
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id == "transaction")


def _lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_import_contracts_hold() -> None:
    answer = _lint_imports(ROOT)
    assert answer.returncode == 0, answer.stdout


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("outreach/organisation.py", "import campaigns.rows", "upper floors"),
        ("feeds/__init__.py", "import campaigns.rows", "upper floors"),
        ("outreach/clock.py", "from outreach import users", "one order of layers"),
        ("outreach/contacts/tags.py", "from outreach.consent import lists", "one order of layers"),
    ],
)
def test_a_violated_contract_is_seen(tmp_path: Path, file: str, line: str, contract: str) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    for name in ("wsgi.py", "worker.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    broken = tmp_path / file
    broken.write_text(broken.read_text() + f"\n{line}\n")
    answer = _lint_imports(tmp_path)
    assert answer.returncode != 0
    assert any(contract in row and "BROKEN" in row for row in answer.stdout.splitlines()), answer.stdout


def test_a_file_without_a_floor_is_seen(tmp_path: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("static", "__pycache__"))
    for name in ("wsgi.py", "worker.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "outreach" / "homeless.py").write_text('"""Nowhere."""\n')
    answer = _lint_imports(tmp_path)
    assert answer.returncode != 0
    assert "homeless" in answer.stdout


def test_every_package_is_installed() -> None:
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for floor in ("outreach", "campaigns", "feeds")
        for path in (ROOT / floor).rglob("__init__.py")
    }
    assert there == set(listed)
