"""pytest over exercise notebooks: a test for each case group, and nbval's verdict beside it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import memslot_lab

ROOT = Path(__file__).parents[2]
PLUGIN = "memslot_lab.grading.pytest_plugin"
SOLVED = ROOT / "solutions" / "03_delete.ipynb"
STUB = ROOT / "exercises" / "03_delete.ipynb"
WRONG = "def delete(slots, slot):\n    slots.used_slots -= 1\n"

Notebook = dict[str, Any]


@cache
def plugin_options() -> tuple[str, ...]:
    """Return what loads the plugin where it is not installed, nothing where it is."""
    installed = any(entry.value == PLUGIN for entry in entry_points(group="pytest11"))
    return () if installed else ("-p", PLUGIN)


def run(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, with this plugin and those that `options` ask for; others cost seconds."""
    return _run(folder, ["-p", PLUGIN, *options], {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"})


def run_as_installed(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder with every plugin of the environment, as a learner does."""
    return _run(folder, [*plugin_options(), *options], {})


def _run(folder: Path, options: list[str], extra: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options]
    path = os.pathsep.join([str(Path(memslot_lab.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    outer = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**outer, "PYTHONPATH": path, "COLUMNS": "100", **extra}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def counts(result: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """Return the numbers of the summary line by outcome."""
    last = next((line for line in reversed(result.stdout.splitlines()) if re.search(r" in [\d.]+s", line)), "")
    return {what: int(number) for number, what in re.findall(r"(\d+) (passed|failed|errors?|warnings?)", last)}


def write(path: Path, source: Path, change: Callable[[Notebook], object] | None = None) -> None:
    """Copy a notebook, changed."""
    notebook = json.loads(source.read_text(encoding="utf-8"))
    if change:
        change(notebook)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(notebook), encoding="utf-8")


def answer(source: str) -> Callable[[Notebook], object]:
    """Return a change that writes a text into the answer cell and leaves all outputs as they were saved."""

    def change(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            if cell["metadata"].get("nbgrader", {}).get("solution"):
                cell["source"] = source

    return change


def test_stub_fails_in_each_group(tmp_path: Path) -> None:
    """Eight failures, each with the sentence and nothing of pytest's or ours."""
    write(tmp_path / "exercises" / STUB.name, STUB)
    result = run(tmp_path, "exercises")

    assert result.returncode == 1
    assert counts(result) == {"failed": 8}
    assert "delete() is not written yet: put your code in place of" in result.stdout
    assert "Traceback" not in result.stdout
    assert ".py:" not in result.stdout


def test_solution_passes_in_each_group(tmp_path: Path) -> None:
    """Eight passes, named by function and group."""
    write(tmp_path / "exercises" / SOLVED.name, SOLVED)
    result = run_as_installed(tmp_path, "-p", "no:nbval", "-v", "exercises")

    assert result.returncode == 0
    assert counts(result) == {"passed": 8}
    assert "exercises/03_delete.ipynb::delete[index table] PASSED" in result.stdout


def test_newer_python_file_beside_the_notebook_counts(tmp_path: Path) -> None:
    """As it does for `memslot-lab check`."""
    write(tmp_path / "03_delete.ipynb", STUB)
    (tmp_path / "03_delete.py").write_text((ROOT / "tests/right/03_delete/slices.py").read_text())
    os.utime(tmp_path / "03_delete.py", (2e9, 2e9))

    assert counts(run(tmp_path)) == {"passed": 8}


def test_wrong_answer_fails_in_its_groups_with_the_words_of_the_check(tmp_path: Path) -> None:
    """Each failing group shows its own smallest case, the arrays and the hint."""
    write(tmp_path / "exercises" / SOLVED.name, SOLVED, answer(WRONG))
    result = run(tmp_path, "exercises")

    assert counts(result) == {"passed": 2, "failed": 6}
    assert "Failing case: first, an array of 2 slots" in result.stdout
    assert "memslots[0] still holds slot 3, which is to be deleted; want slot 0." in result.stdout
    assert "Hint: Which entries stand behind the deleted one" in result.stdout
    assert ".py:" not in result.stdout


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "is not a whole notebook"), ('{"cells": []}', "has no answer cell for delete()")],
)
def test_broken_notebook_fails_in_words(tmp_path: Path, content: str, words: str) -> None:
    """What cannot be read is a failure with the reason, no internal error."""
    (tmp_path / "03_delete.ipynb").write_text(content)
    result = run(tmp_path)

    assert counts(result) == {"failed": 8}
    assert words in result.stdout
    assert "Traceback" not in result.stdout


def test_other_notebooks_are_left_alone(tmp_path: Path) -> None:
    """A notebook that is no exercise is not collected."""
    write(tmp_path / "notes.ipynb", SOLVED)

    assert run(tmp_path).returncode == 5  # nothing collected


def test_one_group_is_run_by_name(tmp_path: Path) -> None:
    """A learner who works on one group runs that one."""
    write(tmp_path / SOLVED.name, SOLVED)
    result = run(tmp_path, "-k", "stale")

    assert counts(result) == {"passed": 1}


@pytest.mark.slow
@pytest.mark.usefixtures("jupyter_home")  # kernels of other tests share no history with these
def test_nbval_fails_the_stub_and_the_liar_and_passes_the_solution(tmp_path: Path) -> None:
    """A pass line saved as output does not help: the last cell raises, and nbval sees it."""
    write(tmp_path / "stub" / STUB.name, STUB)
    write(tmp_path / "solved" / SOLVED.name, SOLVED)
    write(tmp_path / "liar" / SOLVED.name, SOLVED, answer(WRONG))
    result = run_as_installed(tmp_path, "--nbval", "-rA", "stub", "solved", "liar")
    failed = set(re.findall(r"^FAILED (\w+)/03_delete.ipynb::Cell (\d+)", result.stdout, re.MULTILINE))
    passed = set(re.findall(r"^PASSED (\w+)/03_delete.ipynb::Cell (\d+)", result.stdout, re.MULTILINE))
    last = str(max(int(number) for name, number in passed if name == "solved"))

    assert "03_delete: solved" in SOLVED.read_text(encoding="utf-8")
    assert {name for name, _ in failed} == {"stub", "liar"}
    assert {("stub", last), ("liar", last)} <= failed
    for words in ("0 of 8 case groups passed; next: empty", "2 of 8 case groups passed; next: stale copy"):
        assert f"NotSolvedError: 03_delete: {words}; run check(delete) above" in result.stdout
    assert "delete[" not in result.stdout  # the plugin stands down


def test_plugin_imports_nothing_of_the_course() -> None:
    """Every pytest run of the environment loads it."""
    code = f"import sys, {PLUGIN}; print([name for name in sys.modules if name.startswith('memslot_lab.course')])"
    path = str(Path(memslot_lab.__file__).parents[1])
    result = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True
    )

    assert result.stdout == "[]\n"
