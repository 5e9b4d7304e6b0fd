"""What is kept of a learner, where it is kept, and what leads on from it."""

import json
from pathlib import Path

import pytest

from memslot_lab.course import check, hint, solved
from memslot_lab.course import lab as from_notebook
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.errors import NotSolvedError
from memslot_lab.course.journey import bar, read_journey
from memslot_lab.course.place import answer_file, course_folder
from memslot_lab.course.progress import (
    Progress,
    TaskProgress,
    note_check,
    note_hint,
    note_reset,
    progress_store,
    read_progress,
)
from memslot_lab.engine import MemorySlot, Memslots
from tests.course.conftest import RIGHT, ROOT, WRONG, Learner

DELETE = find_exercise("03_delete").tasks[0]


def written(source: str) -> object:
    """Return the function that a cell with this source leaves."""
    namespace: dict[str, object] = {"__name__": "__main__", "Memslots": Memslots, "MemorySlot": MemorySlot}
    exec(source, namespace)
    return namespace["delete"]


@pytest.fixture
def notebook(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """A learner in the kernel of an exercise: it runs in the notebook's folder."""
    monkeypatch.chdir(learner.folder / "exercises")
    return learner


def test_note_check_keeps_points_and_the_first_pass(tmp_path: Path) -> None:
    """A later failure takes the points and leaves the pass."""
    note_check(tmp_path, check(written(RIGHT)))
    first = read_progress(tmp_path).of(DELETE)
    note_check(tmp_path, check(written(WRONG)))
    second = read_progress(tmp_path).of(DELETE)

    assert (first.points, first.checks, bool(first.passed)) == (10, 1, True)
    assert (second.points, second.checks, second.passed) == (8, 2, first.passed)


def test_note_check_of_what_cannot_run_is_no_check(tmp_path: Path) -> None:
    """A syntax error is work begun, but no case ran."""
    progress = note_check(tmp_path, check(written("def delete(): pass")))

    assert progress.of(DELETE).checks == 0
    assert progress.of(DELETE).checked


def test_note_hint_keeps_the_highest(tmp_path: Path) -> None:
    """Looking back at the first hint is not counted down."""
    for level in (1, 3, 2):
        note_hint(tmp_path, "delete", level)

    assert read_progress(tmp_path).of(DELETE).hints == 3


def test_note_reset_takes_the_points_alone(tmp_path: Path) -> None:
    """The pass and the hints stay; what was never begun stays unknown."""
    note_hint(tmp_path, "delete", 2)
    note_check(tmp_path, check(written(RIGHT)))
    after = note_reset(tmp_path, find_exercise("03_delete")).of(DELETE)

    assert (after.points, after.hints, bool(after.passed)) == (0, 2, True)
    (tmp_path / "new").mkdir()
    assert note_reset(tmp_path / "new", find_exercise("03_delete")).tasks == {}


def test_points_that_a_task_no_longer_gives_are_not_counted() -> None:
    """A new edition of the course may give fewer."""
    assert Progress({"delete": TaskProgress(points=99)}, {}).of(DELETE).points == 10


@pytest.mark.parametrize(
    "tasks",
    [
        [],
        {"delete": 1},
        {"delete": {"points": "10"}},
        {"delete": {"points": True}},
        {"delete": {"hints": -1}},
        {"delete": {"passed": "yesterday"}},
        {"delete": {"passed": 7}},
        {"delete": {"passed": "0001-01-01T00:00:00+14:00"}},
    ],
)
def test_progress_of_another_form_is_damaged(tmp_path: Path, tasks: object) -> None:
    """Nothing of it is believed, and it is kept aside."""
    (tmp_path / ".memslot-lab-progress.json").write_text(json.dumps({"version": 1, "tasks": tasks}))

    progress = read_progress(tmp_path)
    assert progress.tasks == {}
    assert "is damaged" in progress.note


@pytest.mark.parametrize(
    "review", [{}, {"box": 1}, {"box": -1, "due": "2026-01-01"}, {"box": 1, "due": "2026-01-01T10:00"}]
)
def test_review_of_another_form_is_damaged(tmp_path: Path, review: object) -> None:
    """A day is a day, and a box is a number."""
    (tmp_path / ".memslot-lab-progress.json").write_text(json.dumps({"version": 1, "reviews": {"03_delete": review}}))

    assert "is damaged" in read_progress(tmp_path).note


def test_fields_of_a_sibling_are_left_in_the_file(tmp_path: Path) -> None:
    """What this code does not know it does not take away."""
    path = progress_store(tmp_path).path
    path.write_text(json.dumps({"version": 1, "tasks": {"delete": {"colour": "red"}}, "more": 1}))
    note_hint(tmp_path, "delete", 1)

    data = json.loads(path.read_text())
    assert data == {"version": 1, "tasks": {"delete": {"colour": "red", "hints": 1}}, "more": 1}


# From a notebook.


def test_check_in_an_exercise_is_kept(notebook: Learner) -> None:
    """The kernel of an exercise runs in exercises/."""
    check(written(WRONG))
    assert read_progress(notebook.folder).of(DELETE).points == 8
    with pytest.raises(NotSolvedError):
        solved("03_delete", written(WRONG))
    solved("03_delete", written(RIGHT))

    assert read_progress(notebook.folder).of(DELETE).points == 10


def test_check_anywhere_else_is_not_kept(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lesson, a solution, a test: none of them is the learner's answer."""
    for folder in (learner.folder, learner.folder / "notebooks", learner.folder.parent):
        monkeypatch.chdir(folder)
        check(written(RIGHT))
        hint("delete")

    assert not learner.progress.exists()


def test_hint_in_an_exercise_climbs(notebook: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name it is about the notebook's own task; with a level it is that one."""
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook.notebook))
    texts = [from_notebook.hint().text, from_notebook.hint(written(RIGHT)).text, from_notebook.hint("delete", 1).text]

    assert [text[:11] for text in texts] == ["Hint 1 of 3", "Hint 2 of 3", "Hint 1 of 3"]
    assert read_progress(notebook.folder).of(DELETE).hints == 2


def test_hint_without_a_name_is_for_where_the_learner_stopped(
    notebook: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where an editor tells its kernel no notebook, and in a lesson, which has no task of its own."""
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    check(written(WRONG))
    texts = [from_notebook.hint().text]
    monkeypatch.chdir(notebook.folder / "notebooks")
    monkeypatch.setenv("JPY_SESSION_NAME", "03_deleting.ipynb")
    texts.append(from_notebook.hint().text)

    assert [text[:21] for text in texts] == ["Hint 1 of 3 on delete"] * 2
    assert all("\nYou stopped at 03_delete, task 3.1: delete. For another" in text for text in texts)


def test_exercise_of_which_only_hints_were_read_is_next(notebook: Learner) -> None:
    """Nobody has stopped where nobody has begun to write."""
    hint("violations", 1)

    assert "Next: 01_invariants, task 1.1" in from_notebook.progress().text


def test_hint_outside_an_exercise_is_the_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is counted where nothing is kept."""
    monkeypatch.chdir(tmp_path)

    assert [from_notebook.hint("delete").text[:6] for _ in range(2)] == ["Hint 1", "Hint 1"]
    assert from_notebook.hint().text.startswith("Hint 1 of ")


def test_hint_that_cannot_be_counted_says_so(notebook: Learner) -> None:
    """The hint comes all the same."""
    notebook.progress.write_text('{"version": 9}')
    text = from_notebook.hint("delete").text

    assert text.startswith("Hint 1 of 3 on delete: ")
    assert "has version 9" in text


def test_progress_in_a_notebook_is_a_table_with_words(notebook: Learner) -> None:
    """Each bar has its numbers beside it, and the next exercise is marked."""
    check(written(WRONG))
    picture = from_notebook.progress()

    assert "8 of 10" in picture.text
    assert '<progress value="8" max="10" aria-label="03_delete">' in picture.html
    assert "<b>▸ 03_delete</b>" in picture.html
    assert "You stopped at 03_delete" in picture.html


def test_progress_that_is_damaged_says_so(notebook: Learner) -> None:
    """In the notebook, too."""
    notebook.progress.write_text("{")

    assert "is damaged" in from_notebook.progress().text


def test_solution_in_a_notebook_comes_after_the_pass(notebook: Learner) -> None:
    """By the exercise's name or by the function's."""
    assert from_notebook.solution("03_delete").text.startswith("Still yours to write: delete.")
    check(written(RIGHT))

    for words in ("03_delete", "delete", written(RIGHT)):
        picture = from_notebook.solution(words)
        assert "one possibility" in picture.text
        assert "<pre>def delete(slots: Memslots" in picture.html
    assert "did you mean" in from_notebook.solution("delte").text


# Where things lie.


def test_course_folder_is_the_nearest_with_a_manifest(learner: Learner, tmp_path: Path) -> None:
    """From inside, from its parent by its usual name, and nowhere else."""
    assert course_folder(learner.folder / "notebooks") == learner.folder
    assert course_folder(tmp_path) is None
    learner.folder.rename(tmp_path / "memslot_lab_course")

    assert course_folder(tmp_path) == tmp_path / "memslot_lab_course"


def test_answer_file_prefers_the_one_in_exercises(learner: Learner) -> None:
    """A Python file beside the notebook competes with it, one elsewhere does not."""
    (learner.folder / "03_delete.py").write_text(RIGHT)

    assert answer_file("03_delete", learner.folder).path == learner.notebook
    assert answer_file("03_delete", learner.folder).remark == ""
    learner.notebook.unlink()
    assert answer_file("03_delete", learner.folder).path == learner.folder / "03_delete.py"


def test_answer_file_is_never_the_text_pair_of_the_notebook(learner: Learner) -> None:
    """What jupytext writes holds the checks, too; it counts only where it stands alone."""
    learner.python.write_bytes((ROOT / "solutions" / "03_delete.py").read_bytes())

    assert answer_file("03_delete", learner.folder).path == learner.notebook
    learner.notebook.unlink()
    assert answer_file("03_delete", learner.folder).path == learner.python


def test_answer_file_that_is_not_there_names_the_notebook(learner: Learner) -> None:
    """The message then says where it was looked for."""
    learner.notebook.unlink()

    assert answer_file("03_delete", learner.folder).path == learner.notebook


# The way.


def test_bar_is_full_only_with_every_point() -> None:
    """99 of 100 is not all, and 1 of 100 is not nothing."""
    assert [bar(points, 100).count("█") for points in (0, 1, 50, 99, 100)] == [0, 1, 5, 9, 10]


def test_journey_goes_on_where_the_learner_stopped_last(tmp_path: Path) -> None:
    """Of two open exercises the one checked later; of none the first open one."""
    path = progress_store(tmp_path).path
    names = [stage.exercise.name for stage in read_journey(tmp_path).stages]
    assert read_journey(tmp_path).next_words.startswith(f"Next: {names[0]}, task ")
    tasks = {"delete": {"checked": "2026-01-02T00:00:00+00:00"}}
    path.write_text(json.dumps({"version": 1, "tasks": tasks}))

    assert read_journey(tmp_path).next_words == "You stopped at 03_delete, task 3.1: delete."


def test_journey_with_everything_solved_offers_the_review(tmp_path: Path) -> None:
    """The end has a next step, too."""
    day = "2026-01-02T00:00:00+00:00"
    functions = [task.function for stage in read_journey(None).stages for task in stage.exercise.tasks]
    tasks = {name: {"points": 1000, "passed": day, "checked": day} for name in functions}
    progress_store(tmp_path).path.write_text(json.dumps({"version": 1, "tasks": tasks}))
    journey = read_journey(tmp_path)

    assert journey.next is None
    assert journey.points == journey.max_points
    assert "memslot-lab review" in journey.text()
    assert journey.to_json()["next"] is None
