"""A browser for the tests: the whole application on a free port, looked at with headless Chromium."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from outreach.house import House
from tests import snapshots, world
from tests.browser import screenshots, site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with site.chromium() as browser:
        yield browser


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """Where the application of an empty installation is served."""
    with site.served(house) as url:
        yield url


@pytest.fixture
def people(house: House) -> world.World:
    """The small world of tests/world.py, in the installation's database."""
    return snapshots.filled(house, screenshots.live_in)


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page of a stranger; paths are relative to the application. Errors in its console fail the test."""
    with site.page(chromium, address) as page:
        yield page


@pytest.fixture
def owner_page(page: Page, people: world.World) -> Page:
    """A page of the owner of the small world."""
    site.sign_in(page, email="katharina@weiss-beratung.example", password=world.PASSWORD)
    return page
