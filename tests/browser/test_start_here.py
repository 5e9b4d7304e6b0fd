"""The first lesson in a real JupyterLab, driven by headless Chromium through its menus."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from .lab import OpenNotebook, code_cells, errors_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.parametrize("name", ["00_start_here", "03_deleting"])
def test_lesson_run_from_the_menu_ends_without_error(page: Page, address: str, course: Path, name: str) -> None:
    """Run All Cells runs every cell, no output is an error, and the page logs none."""
    path = course / "notebooks" / f"{name}.ipynb"
    lesson = json.loads(path.read_text())
    for cell in code_cells(lesson):
        cell.update(execution_count=None, outputs=[])
    path.write_text(json.dumps(lesson))

    opened = OpenNotebook(page, address, path)
    cells = opened.run_all()

    assert errors_in(cells) == []
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert opened.logged == []
