"""What runs `pytest --nbval` on a notebook, in the sandbox; its report says what whoever runs there wants it to say.

The file is copied into what is lent, and imported there, once; a child is forked for each notebook.
"""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest

__all__ = ["answer"]

import_module("nbval.plugin")  # takes most of the time, once for all notebooks

_HOME = Path("/tmp")
_OPTIONS = ["--nbval", "--color=no", "-p", "nbval.plugin", "-p", "no:cacheprovider", "-c", "/dev/null"]
_PLACES = ("HOME", "IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR")


def answer(request: list[Any]) -> list[list[int | str]]:
    """Run a notebook; return what became of each code cell: its number, from 0, and pytest's word."""
    name, text, seconds = request
    for standard in range(3):  # the kernel is a program of its own, and must not find them shut
        os.set_inheritable(standard, True)
    os.environ |= dict.fromkeys(_PLACES, str(_HOME)) | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    notebook = _HOME / "exercises" / name
    notebook.parent.mkdir()
    notebook.write_text(text, encoding="utf-8")
    (_HOME / "notebooks").symlink_to(Path(__file__).with_name("notebooks"))  # an exercise reads a capture there
    report = _Report(seconds)
    pytest.main([*_OPTIONS, f"--rootdir={_HOME}", f"--nbval-cell-timeout={seconds}", str(notebook)], [report])
    return [[number, word] for number, word in report.words.items()]


class _Report:
    """Keeps the worst word on each cell, and lets nbval wait for a kernel that is dead no longer than for a cell."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.words: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for cell in cast("list[Any]", items):
            self._numbers[cell.nodeid] = cell.cell_num
            cell.output_timeout = min(cell.output_timeout, self._seconds)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        number = self._numbers[report.nodeid]
        if self.words.get(number, "passed") == "passed":
            self.words[number] = report.outcome
