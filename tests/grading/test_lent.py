"""What is lent to submissions: enough for every honest answer, and no reference, case or expected answer."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from memslot_lab.course.answers import read_cells, source_of
from memslot_lab.course.catalog import Exercise, Task, read_manifest
from memslot_lab.course.tasks import judged_of
from memslot_lab.grading.lent import LentError, lend

ROOT = Path(__file__).parents[2]
START = "import sys; sys.path.insert(0, {!r}); from memslot_lab.grading import inside"
TASKS = [(exercise, task) for exercise in read_manifest().values() for task in exercise.tasks]


@pytest.mark.parametrize(("exercise", "task"), TASKS, ids=[task.function for _, task in TASKS])
def test_lent_files_hold_no_reference_and_no_case(tmp_path: Path, exercise: Exercise, task: Task) -> None:
    """Neither the function that is asked for nor the one it is compared with is in any file; nor are cases."""
    lend(tmp_path, exercise, task)
    text = "\n".join(path.read_text(encoding="utf-8") for path in tmp_path.rglob("*.py"))
    reference = inspect.unwrap(judged_of(task.function).reference)

    assert "class Memslots" in text
    assert f"def {task.function}(" not in text
    assert f"def {reference.__name__}(" not in text
    assert "JUDGED" not in text
    assert "class ArrayCase" not in text


@pytest.mark.parametrize(("exercise", "task"), TASKS, ids=[task.function for _, task in TASKS])
def test_lent_files_import_without_the_rest(tmp_path: Path, exercise: Exercise, task: Task) -> None:
    """A bare interpreter finds everything that runs beside a submission."""
    lend(tmp_path, exercise, task)
    code = f"{START.format(str(tmp_path))}; print(inside.answer.__name__)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)

    assert (done.stdout, done.stderr) == ("answer\n", "")


@pytest.mark.parametrize("exercise", read_manifest().values(), ids=lambda exercise: exercise.name)
def test_exercise_says_what_of_its_imports_is_not_lent(tmp_path: Path, exercise: Exercise) -> None:
    """Who calls one of them in an answer finds out before handing in."""
    lend(tmp_path, exercise, exercise.tasks[-1])
    cells = read_cells(ROOT / "exercises" / f"{exercise.name}.ipynb")
    prose = " ".join(" ".join(map(source_of, cells)).split())
    said = re.findall(r"The grader lends ([^:]*): an answer stands on its own", prose)
    missing = set[str]()
    for module, _, name in (each.partition(":") for each in exercise.imports if each.startswith("memslot_lab.")):
        code = f"{START.format(str(tmp_path))}; from {module} import {name}"
        if subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, check=False).returncode:
            missing.add(name)

    assert set(re.findall(r"no `(\w+)(?:\(\))?`", " ".join(said))) == missing


def test_lending_what_is_asked_for_is_refused(tmp_path: Path) -> None:
    """A manifest that lends an exercise its own answer is a mistake that stops everything."""
    exercise = read_manifest()["03_delete"]
    careless = Exercise(
        exercise.name,
        exercise.topic,
        exercise.lesson,
        exercise.objective,
        exercise.out_of_scope,
        exercise.imports,
        exercise.tasks,
        lends=("memslot_lab.engine.update:update_memslots",),
    )

    with pytest.raises(LentError, match="delete would be lent"):
        lend(tmp_path, careless, exercise.tasks[0])
