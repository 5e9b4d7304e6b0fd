"""A real JupyterLab, and notebooks in it, driven through headless Chromium."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from playwright.sync_api import Browser, Page, expect, sync_playwright

Cell: TypeAlias = dict[str, Any]

# Debian's Chromium as root in a container, and silent toward the network.
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]
LONGEST_START = 60_000  # milliseconds, as Playwright wants it
LONGEST_RUN = 120  # seconds
LONGEST_SAVE = 10  # seconds


@contextmanager
def open_lab(folder: Path) -> Iterator[str]:
    """Run `memslot-lab lab` on a folder as a learner does; yield the address that it prints.

    Jupyter and IPython are kept away from the settings of whoever runs it.
    """
    home = folder.with_name(f"{folder.name}-jupyter")
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    environment = os.environ | {name: str(home / name.lower()) for name in names}
    command = [sys.executable, "-m", "memslot_lab.cli", "lab", str(folder), "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout
        try:
            yield next(found[0] for line in process.stdout if (found := re.search(r"http://\S+", line)))
        finally:
            process.terminate()


@contextmanager
def open_browser(program: str) -> Iterator[Browser]:
    """Start headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def code_cells(notebook: dict[str, Any]) -> list[Cell]:
    """Return the cells that run."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def write_notebook(path: Path, *sources: str) -> Path:
    """Write a notebook of such code cells."""
    cells = [
        {"cell_type": "code", "id": f"cell-{i}", "metadata": {}, "execution_count": None, "outputs": [], "source": text}
        for i, text in enumerate(sources)
    ]
    kernel = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
    return path


class OpenNotebook:
    """A notebook in a page of JupyterLab.

    Parameters
    ----------
    page : Page
        Where to open it.
    address : str
        What `memslot-lab lab` printed.
    path : Path
        The notebook, in the folder ``notebooks`` of that laboratory.

    Attributes
    ----------
    logged : list[str]
        What the page's console called an error.
    """

    def __init__(self, page: Page, address: str, path: Path) -> None:
        self.page, self.path = page, path
        self.logged: list[str] = []
        page.on("console", lambda message: self.logged.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.logged.append(str(error)))
        page.goto(re.sub(r"/tree/[^?]*\?", f"/tree/notebooks/{path.name}?reset&", address))
        self.wait_for_kernel()

    def wait_for_kernel(self) -> None:
        """Wait until the kernel is idle: the toolbar's mark says so before there is one, the status bar does not."""
        expect(self.page.get_by_text(re.compile(r"\| Idle$"))).to_be_visible(timeout=LONGEST_START)

    def menu(self, *names: str) -> None:
        """Choose from the menu bar."""
        for name in names:
            self.page.get_by_role("menuitem", name=name, exact=True).click()

    def run_all(self) -> list[Cell]:
        """Run every cell; return the code cells as they are on disk when the last has run or one has failed."""
        self.menu("Run", "Run All Cells")
        deadline = time.monotonic() + LONGEST_RUN
        while not has_ended(cells := self.save()):
            assert time.monotonic() < deadline, f"still running after {LONGEST_RUN} s"
        return cells

    def save(self) -> list[Cell]:
        """Save; return the code cells as they are on disk, perhaps those of the last save.

        Subtle: no answer of the server to wait for, since JupyterLab drops a save while another is under way.
        """
        self.page.keyboard.press("Control+s")
        deadline = time.monotonic() + LONGEST_SAVE
        while True:
            self.page.wait_for_timeout(500)
            try:
                return code_cells(json.loads(self.path.read_text()))
            except json.JSONDecodeError:  # the server is writing the file at this moment
                if time.monotonic() > deadline:
                    raise


def errors_in(cells: list[Cell]) -> list[Cell]:
    """Return the outputs that are errors."""
    return [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]


def has_ended(cells: list[Cell]) -> bool:
    """Return whether every cell has run, or an error has ended the run."""
    return all(cell["execution_count"] for cell in cells) or bool(errors_in(cells))
