"""The first lesson in a real JupyterLab, driven by headless Chromium through its menus."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from memslot_lab.course.workspace import unpack

pytestmark = [pytest.mark.browser, pytest.mark.slow]

START = "notebooks/00_start_here.ipynb"
# Debian's Chromium as root in a container, and silent toward the network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LONGEST_START = 60_000  # milliseconds, as Playwright wants it
LONGEST_RUN = 120  # seconds


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Lay the course out, the first lesson without its saved outputs; return that lesson."""
    unpack(tmp_path / "mine")
    path = tmp_path / "mine" / START
    lesson = json.loads(path.read_text())
    for cell in code_cells(lesson):
        cell.update(execution_count=None, outputs=[])
    lesson["metadata"].pop("widgets", None)
    path.write_text(json.dumps(lesson))
    return path


@pytest.fixture
def address(notebook: Path, jupyter_home: Path) -> Iterator[str]:
    """Run `memslot-lab lab` as a learner does; yield the address that it prints."""
    command = [sys.executable, "-m", "memslot_lab.cli", "lab", str(notebook.parents[1]), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


@pytest.fixture
def page(require_program: Callable[..., str]) -> Iterator[Page]:
    """Yield an empty page of headless Chromium."""
    program = require_program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 1600})
        browser.close()


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the cells that run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def saved_cells(page: Page, notebook: Path) -> list[dict[str, Any]]:
    """Save the open notebook; return its code cells as they are on disk, perhaps those of the last save.

    Subtle: no answer of the server to wait for, since JupyterLab drops a save while another is under way.
    """
    page.keyboard.press("Control+s")
    page.wait_for_timeout(500)
    return code_cells(json.loads(notebook.read_text()))


def errors_in(cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the outputs that are errors."""
    return [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]


def has_ended(cells: list[dict[str, Any]]) -> bool:
    """Return whether every cell has run, or an error has ended the run."""
    return all(cell["execution_count"] for cell in cells) or bool(errors_in(cells))


def test_start_here_run_from_the_menu_ends_without_error(
    page: Page, address: str, notebook: Path, tmp_path: Path
) -> None:
    """Run All Cells runs every cell, no output is an error, and the page logs none."""
    logged: list[str] = []
    page.on("console", lambda message: logged.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: logged.append(str(error)))

    page.goto(address)
    # Subtle: the toolbar's mark says idle before there is a kernel; the status bar does not.
    expect(page.get_by_text(re.compile(r"\| Idle$"))).to_be_visible(timeout=LONGEST_START)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    # What is on disk tells the end of the run: cells out of view are not in the page.
    deadline = time.monotonic() + LONGEST_RUN
    while not has_ended(cells := saved_cells(page, notebook)):
        assert time.monotonic() < deadline, f"still running after {LONGEST_RUN} s"
    page.screenshot(path=tmp_path / "start_here.png")

    assert errors_in(cells) == []
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert logged == []
