"""The application served to a real browser, and what the browser is asked about each page."""

from __future__ import annotations

import shutil
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright
from waitress.server import create_server

import worker
import wsgi
from outreach import jobs
from outreach.house import House
from outreach.settings import ROOT
from tests import servers

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS = ("serious", "critical")


@contextmanager
def served(house: House, *, port: int = 0) -> Iterator[str]:
    """The application of this house on a port of the loopback address, a free one unless told; gives its address."""
    port = port or servers.free_port()
    server = create_server(wsgi.create_app(house), host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.trigger.pull_trigger(lambda: _close(server))  # in the server's own thread, between two of its turns
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()


@contextmanager
def working(house: House) -> Iterator[None]:
    """The workers and the timetable of this house, in this process, as `outreach serve` starts them."""
    worker.equip(house)
    workers = jobs.Workers(house.broker, threads=4)
    workers.start()
    try:
        yield
    finally:
        workers.stop()


def _close(server: Any) -> None:
    for one in list(server.active_channels.values()):
        one.close()
    server.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Headless Chromium; without one the test is skipped loudly, or fails in CI."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        servers.missing("Chromium")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            try:
                yield browser
            finally:
                browser.close()


@contextmanager
def page(browser: Browser, address: str, **context: Any) -> Iterator[Page]:
    """A page whose console has to stay clean: an error there, such as a refused script, fails on leaving."""
    opened = browser.new_context(base_url=address, locale="en-GB", reduced_motion="reduce", **context)
    page = opened.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    try:
        yield page
    finally:
        opened.close()
    ours = [line for line in said if "Failed to load resource" not in line]  # a 4xx page says so here; tests look at it
    assert not ours, f"the console says: {ours}"


def sign_in(page: Page, *, email: str, password: str) -> None:
    """Through the door, as a person does."""
    page.goto("/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.press("#password", "Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def axe(page: Page) -> None:
    """Fail on what keeps people out: every serious or critical violation axe finds on the page."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("async () => (await axe.run(document, {resultTypes: ['violations']})).violations")
    problems = [
        f"{one['id']} ({one['impact']}): {one['help']}: {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in found
        if one["impact"] in SERIOUS
    ]
    assert not problems, f"{page.url}:\n" + "\n".join(problems)


def fits(page: Page) -> None:
    """Fail when the page is wider than the window."""
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, f"{page.url} is {wider} px wider than the window"


def picture(page: Page, path: Path) -> None:
    """A picture of the whole page, with the window as high as the page, so that what sticks to its foot is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    size = page.viewport_size or {"width": 1280, "height": 844}
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
    page.screenshot(path=path)
    page.set_viewport_size(size)
