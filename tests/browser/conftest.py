"""One laboratory and one browser for all tests here; each test has a page of its own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from memslot_lab.course.workspace import unpack

from .lab import OpenNotebook, open_browser, open_lab, write_notebook

expect.set_options(timeout=15_000)  # a busy machine is no error


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lay the course out in a folder."""
    folder = tmp_path_factory.mktemp("browser") / "mine"
    unpack(folder)
    return folder


@pytest.fixture(scope="session")
def address(course: Path) -> Iterator[str]:
    """Run the laboratory on the course; yield its address."""
    with open_lab(course) as address:
        yield address


@pytest.fixture(scope="session")
def browser(require_program: Callable[..., str]) -> Iterator[Browser]:
    """Start headless Chromium."""
    with open_browser(require_program("chromium", "chromium-browser", "google-chrome")) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield an empty page, wide enough for a notebook."""
    page = browser.new_page(viewport={"width": 1280, "height": 1600})
    yield page
    page.close()


@pytest.fixture
def notebook(page: Page, address: str, course: Path, request: pytest.FixtureRequest) -> Callable[..., OpenNotebook]:
    """Return a function that opens a new notebook of such code cells and runs them."""

    def open_new(*sources: str) -> OpenNotebook:
        name = "".join(c if c.isalnum() else "_" for c in request.node.name)
        opened = OpenNotebook(page, address, write_notebook(course / "notebooks" / f"{name}.ipynb", *sources))
        opened.run_all()
        return opened

    return open_new
