"""The commands of the way through, as a learner types them in a course folder."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest

from memslot_lab.cli import main
from memslot_lab.commands.course import stopped_at
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.handout import in_variant
from memslot_lab.course.quiz import Question
from memslot_lab.course.review import plan_review, question_for
from memslot_lab.course.variants import variant_of
from tests.course.conftest import RIGHT, ROOT, WRONG, Learner

Capture = pytest.CaptureFixture[str]


class Said(NamedTuple):
    """What a command printed, and its exit status."""

    status: int
    out: str
    err: str


@pytest.fixture
def say(learner: Learner, capsys: Capture) -> Callable[..., Said]:
    """Return a function that runs a command in the learner's folder."""

    def run(*words: str) -> Said:
        status = main(words)
        return Said(status, *capsys.readouterr())

    return run


Say = Callable[..., Said]


def row(text: str, name: str = "03_delete") -> str:
    """Return the line on an exercise."""
    return next(line for line in text.splitlines() if line.lstrip("> ").startswith(name))


def unfolded(text: str) -> str:
    """Return text as one line."""
    return text.replace("\n", " ")


# list


def test_list_at_the_beginning_marks_the_first_exercise(say: Say) -> None:
    """All bars are empty, the first is next, and nothing is written."""
    said = say("list")

    assert said.status == 0
    assert row(said.out).split() == ["03_delete", "░" * 10, "0", "of", "10", "not", "begun"]
    marked = [line for line in said.out.splitlines() if line.startswith(">")]
    assert len(marked) == 1
    assert f"Next: {marked[0].split()[1]}, task " in said.out
    assert not Path(".memslot-lab-progress.json").exists()


def test_list_after_a_check_marks_where_the_learner_stopped(say: Say, learner: Learner) -> None:
    """The bar has grown, and the exercise is the one to go on with."""
    learner.write(WRONG)
    say("check", "03_delete")
    said = say("list")

    assert row(said.out).startswith("> 03_delete")
    assert "████████░░  8 of 10  begun" in row(said.out)
    assert "You stopped at 03_delete, task 3.1: delete.\n  lesson    notebooks/03_deleting.ipynb\n" in said.out


def test_list_fits_80_columns_and_has_no_colour_in_a_file(say: Say) -> None:
    """What goes into a pipe is plain text."""
    say("hint", "03_delete")
    out = say("list").out

    assert max(map(len, out.splitlines()[1:])) <= 80  # the first line is the folder, as long as it is
    assert "\x1b" not in out


def test_list_in_ascii_draws_bars_of_ascii(learner: Learner) -> None:
    """A terminal without the characters still shows bars."""
    done = subprocess.run(
        [sys.executable, "-m", "memslot_lab.cli", "list"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
    )

    assert "03_delete" in done.stdout
    assert "-" * 10 in row(done.stdout)
    assert "\\u" not in done.stdout


def test_list_json_has_the_state_of_each_exercise(say: Say, learner: Learner) -> None:
    """For programs: one object."""
    learner.write(RIGHT)
    say("check", "03_delete")
    data = json.loads(say("list", "--json").out)

    entry = next(entry for entry in data["exercises"] if entry["name"] == "03_delete")
    assert (entry["state"], entry["points"], entry["max_points"]) == ("solved", 10, 10)
    assert entry["tasks"]["delete"]["checks"] == 1
    assert data["points"] == 10
    assert data["folder"] == str(learner.folder)


def test_list_outside_a_course_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """The exercises are shown all the same."""
    monkeypatch.chdir(tmp_path)

    assert main(["list"]) == 0

    output = capsys.readouterr()
    assert "run `memslot-lab lab` to lay one out" in output.err
    assert "03_delete" in output.out


def test_course_is_found_from_below_and_from_beside(
    learner: Learner, say: Say, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In exercises/, and where `memslot-lab lab` was called without a name."""
    monkeypatch.chdir(learner.folder / "exercises")
    assert json.loads(say("list", "--json").out)["folder"] == str(learner.folder)
    learner.folder.rename(learner.folder.with_name("memslot_lab_course"))
    monkeypatch.chdir(learner.folder.parent)

    assert json.loads(say("list", "--json").out)["folder"].endswith("memslot_lab_course")


def test_stopped_at_tells_where_to_go_on_when_the_laboratory_opens(say: Say, learner: Learner) -> None:
    """Nothing at the very beginning; then the exercise, its task and the points."""
    assert stopped_at(learner.folder) == ""
    learner.write(WRONG)
    say("check", "03_delete")

    assert stopped_at(learner.folder).startswith("You stopped at 03_delete, task 3.1: delete. (8 of ")


# check


def test_check_of_the_untouched_exercise_is_no_check(say: Say) -> None:
    """Nothing is kept of what was not begun."""
    assert say("check", "03_delete").status == 1
    assert "not begun" in row(say("list").out)


def test_check_that_passes_leads_on(say: Say, learner: Learner) -> None:
    """Status 0, the solution is offered, and the next exercise named."""
    learner.write(RIGHT)
    said = say("check", "03_delete")

    assert said.status == 0
    assert "memslot-lab solution 03_delete" in said.out
    assert "\nNext: " in said.out


def test_check_of_all_has_a_line_each_and_answers_no_until_all_pass(say: Say, learner: Learner) -> None:
    """Every exercise is checked, and what to look at first stands beside it."""
    learner.write(WRONG)
    said = say("check")

    assert said.status == 1
    assert "8 of 10  next: delete, index table" in row(said.out)
    assert "8 of 10  begun" in row(say("list").out)


def test_check_of_all_as_json_holds_every_report(say: Say, learner: Learner) -> None:
    """One object for programs."""
    learner.write(RIGHT)
    data = json.loads(say("check", "--json").out)

    report = next(report for report in data["exercises"] if report["name"] == "03_delete")
    assert report["passed"]
    assert (data["passed"], data["points"]) == (False, 10)
    assert data["max_points"] >= 10


def test_check_of_all_goes_on_after_a_file_that_is_gone(say: Say, learner: Learner) -> None:
    """One missing notebook does not hide the others."""
    learner.notebook.unlink()

    said = say("check")
    assert said.status == 1
    assert "cannot be read: memslot-lab check 03_delete" in row(said.out)


def test_check_takes_the_python_file_when_it_is_newer_and_says_so(say: Say, learner: Learner) -> None:
    """The later of the two counts, either way."""
    learner.python.write_text(RIGHT + "\nif __name__ == '__main__':\n    1 / 0\n")
    os.utime(learner.python, (2e9, 2e9))
    said = say("check", "03_delete")
    assert said.status == 0
    assert "03_delete.py counts: it was saved later than 03_delete.ipynb" in said.err
    os.utime(learner.notebook, (2.1e9, 2.1e9))
    said = say("check", "03_delete")

    assert said.status == 1
    assert "03_delete.ipynb counts: it was saved later than 03_delete.py" in said.err


def test_check_of_a_broken_python_file_says_where(say: Say, learner: Learner) -> None:
    """The words speak of the file, not of a cell."""
    learner.python.write_text("def delete(slots, slot)\n    pass\n")
    said = say("check", str(learner.python))

    assert said.status == 1
    assert "Python cannot read line 1 of the file, `def delete(slots, slot)`: expected ':'." in said.out.replace(
        "\n", " "
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (b"pass", "The file defines no function called delete."),
        (b"1 / 0", "The file itself raised ZeroDivisionError"),
        (b"while True: pass", "Line 1 of the file does not come to an end"),
    ],
)
def test_check_of_a_python_file_without_an_answer_says_what_is_there(
    say: Say, learner: Learner, source: bytes, words: str
) -> None:
    """Each way to have no function has its sentence."""
    learner.python.write_bytes(source)

    assert words in unfolded(say("check", str(learner.python)).out)


def test_check_of_a_python_file_that_is_no_text_is_unusable(say: Say, learner: Learner) -> None:
    """Status 2 and the next step."""
    learner.python.write_bytes(b"\xff\xfe")
    said = say("check", str(learner.python))

    assert said.status == 2
    assert "is not a Python file in UTF-8: save it again" in said.err


def test_check_of_a_file_elsewhere_is_not_the_learners_progress(say: Say, learner: Learner, tmp_path: Path) -> None:
    """A colleague's answer is checked, and nothing is kept of it."""
    (tmp_path / "03_delete.py").write_text(RIGHT)

    assert say("check", str(tmp_path / "03_delete.py")).status == 0
    assert not learner.progress.exists()


def test_progress_that_cannot_be_kept_is_said_and_the_check_goes_on(say: Say, learner: Learner) -> None:
    """A file of a newer version: the report comes, and a line on standard error."""
    learner.progress.write_text('{"version": 99}')
    learner.write(RIGHT)
    said = say("check", "03_delete")

    assert said.status == 0
    assert "has version 99" in said.err
    assert learner.progress.read_text() == '{"version": 99}'
    assert say("solution", "03_delete").status == 0


# hint


def test_hint_climbs_and_is_counted(say: Say) -> None:
    """Each call says more, the last one says that it is the last, and the list counts."""
    texts = [say("hint", "03_delete").out for _ in range(4)]

    assert [found[0] for text in texts if (found := re.search(r"Hint \d of 3", text))] == [
        "Hint 1 of 3",
        "Hint 2 of 3",
        "Hint 3 of 3",
        "Hint 3 of 3",
    ]
    assert "More: the same command again." in texts[0]
    assert "That is all there is to tell." in texts[2]
    assert row(say("list").out).endswith("begun, 3 hints")


def test_hint_at_a_level_takes_back_nothing(say: Say) -> None:
    """An earlier hint can be read again; the count stays."""
    say("hint", "03_delete", "--level", "2")
    assert "Hint 1 of 3" in say("hint", "03_delete", "delete", "--level", "1").out

    data = json.loads(say("hint", "03_delete", "3.1", "--json").out)
    assert (data["task"], data["level"], data["levels"]) == ("delete", 3, 3)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["hint", "03_delet"], "did you mean '03_delete'?"),
        (["hint", "03_delete", "delte"], "03_delete has no task 'delte'; did you mean 'delete'?"),
        (["hint", "03_delete", "--level", "4"], "--level 4: delete has the hints 1 to 3; name one of them"),
        (["reset", "03_delet"], "did you mean '03_delete'?"),
        (["solution", "03_delet"], "did you mean '03_delete'?"),
        (["watch", "03_delet"], "did you mean '03_delete'?"),
    ],
)
def test_slip_in_a_name_is_unusable_and_the_nearest_named(say: Say, words: list[str], answer: str) -> None:
    """Status 2, one line."""
    said = say(*words)

    assert (said.status, said.out) == (2, "")
    assert answer in said.err


# solution


def test_solution_before_a_pass_is_withheld(say: Say, learner: Learner) -> None:
    """Status 1, the points so far, and where help is; nothing of the solution."""
    learner.write(WRONG)
    said = say("solution", "03_delete")

    assert said.status == 1
    assert "03_delete has 8 of 10 points; its solution is shown after a pass" in said.err
    assert "id_to_index" not in said.out + said.err


def test_solution_after_a_pass_is_one_possibility_and_explained(say: Say, learner: Learner) -> None:
    """Without markers, with the explanation; a check that was never run is run now."""
    learner.write(RIGHT)
    said = say("solution", "03_delete")

    assert said.status == 0
    assert "Task 3.1, delete: one possibility\n\n    def delete(" in said.out
    assert "###" not in said.out
    assert "The kernel copies each slot behind the deleted one once" in said.out


def test_solution_stays_open_after_a_pass(say: Say, learner: Learner) -> None:
    """Who passed once may look, whatever the file holds now."""
    learner.write(RIGHT)
    say("check", "03_delete")
    learner.write(WRONG)

    data = json.loads(say("solution", "03_delete", "--json").out)
    assert data["shown"][0]["source"].startswith("def delete(")
    assert data["withheld"] == []


# reset


def test_reset_without_a_terminal_wants_yes(say: Say, learner: Learner) -> None:
    """Nobody can answer: status 2, and nothing is changed."""
    learner.write(WRONG)
    before = learner.notebook.read_bytes()
    said = say("reset", "03_delete")

    assert said.status == 2
    assert "add --yes" in said.err
    assert learner.notebook.read_bytes() == before
    assert learner.kept() == []


def test_reset_keeps_a_dated_copy_of_each_file_and_puts_the_stub_back(say: Say, learner: Learner) -> None:
    """The notebook and the Python file, under names that never take another's place."""
    stub = learner.notebook.read_bytes()
    for text in ("first", "second"):
        learner.write(text)
        learner.python.write_text(text)
        assert say("reset", "03_delete", "--yes").status == 0

    assert learner.notebook.read_bytes() == stub
    assert not learner.python.exists()
    names = [path.name for path in learner.kept()]
    assert len(names) == 4
    assert all(re.fullmatch(r"03_delete\.\d{4}-\d\d-\d\d-\d{6}(-\d)?\.(ipynb|py)", name) for name in names)
    assert sorted(path.read_text() for path in learner.kept() if path.suffix == ".py") == ["first", "second"]


def test_reset_of_a_variant_puts_the_same_variant_back(say: Say, learner: Learner) -> None:
    """A student's variant never changes; the stub is the one that was handed out."""
    stub = in_variant(learner.notebook.read_bytes(), find_exercise("03_delete"), variant_of("autumn", "ada"))
    handed_out = json.loads(stub)
    learner.notebook.write_bytes(json.dumps(handed_out | {"worked": "in"}).encode())
    said = say("reset", "03_delete", "--yes")

    assert said.status == 0
    assert learner.notebook.read_bytes() == stub
    assert len(learner.kept()) == 1


def test_reset_of_a_solved_exercise_keeps_that_it_was_solved(say: Say, learner: Learner) -> None:
    """The points go, the pass stays, and a check of the stub takes nothing away."""
    learner.write(RIGHT)
    say("check", "03_delete")
    data = json.loads(say("reset", "03_delete", "--yes", "--json").out)
    say("check")

    assert [Path(path).parent.name for path in data["kept"]] == ["kept"]
    assert row(say("list").out).endswith("0 of 10  solved once")


def test_reset_of_an_untouched_exercise_keeps_no_copy(say: Say, learner: Learner) -> None:
    """There is nothing of the learner's to keep."""
    assert say("reset", "03_delete", "--yes").status == 0
    assert learner.kept() == []


def test_reset_that_cannot_write_leaves_the_answer(say: Say, learner: Learner) -> None:
    """A file in the place of the folder of copies: status 2, the answer is still there."""
    learner.write(WRONG)
    before = learner.notebook.read_bytes()
    (learner.folder / "exercises" / "kept").write_text("mine")
    said = say("reset", "03_delete", "--yes")

    assert said.status == 2
    assert "03_delete is as it was" in said.err
    assert learner.notebook.read_bytes() == before


def test_reset_outside_a_course_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """There is nothing to reset."""
    monkeypatch.chdir(tmp_path)

    assert main(["reset", "03_delete", "--yes"]) == 2
    assert "run `memslot-lab lab` to lay one out" in capsys.readouterr().err


# At a terminal.


class Terminal:
    """A command at a terminal of 80 columns."""

    def __init__(self, *words: str) -> None:
        self.child, self._end = pty.fork()
        if not self.child:
            os.environ |= {"TERM": "xterm", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
            os.execv(sys.executable, [sys.executable, "-m", "memslot_lab.cli", *words])
        self.shown = ""

    def wait_for(self, words: str) -> None:
        """Read until these words are there."""
        end = time.monotonic() + 60
        while words not in self.shown:
            ready = select.select([self._end], [], [], max(0, end - time.monotonic()))[0]
            assert ready, self.shown
            assert self._read(), self.shown

    def _read(self) -> bool:
        try:
            text = os.read(self._end, 10_000).decode().replace("\r\n", "\n")
        except OSError:  # the other end is closed
            text = ""
        self.shown += text
        return bool(text)

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._end, keys.encode())

    def status(self) -> int:
        """Read to the end; return the exit status."""
        while self._read():
            pass
        os.close(self._end)
        return os.waitstatus_to_exitcode(os.waitpid(self.child, 0)[1])


def test_reset_at_a_terminal_asks_and_a_no_changes_nothing(learner: Learner) -> None:
    """Enter alone is no."""
    learner.write(WRONG)
    before = learner.notebook.read_bytes()
    terminal = Terminal("reset", "03_delete")
    terminal.wait_for("Begin 03_delete anew? [y/N]")
    terminal.type("\n")

    assert terminal.status() == 1
    assert "Left as it is." in terminal.shown
    assert learner.notebook.read_bytes() == before


def test_reset_at_a_terminal_goes_on_after_a_yes(learner: Learner) -> None:
    """What will be kept is named before, what was kept after."""
    learner.write(WRONG)
    terminal = Terminal("reset", "03_delete")
    terminal.wait_for("[y/N]")
    terminal.type("y\n")

    assert terminal.status() == 0
    assert "exercises/03_delete.ipynb will be kept under a dated name" in terminal.shown
    assert f"kept   exercises/kept/{learner.kept()[0].name}" in terminal.shown


def test_list_at_a_terminal_shows_the_next_in_bold(learner: Learner) -> None:
    """Colour and weight are for terminals."""
    terminal = Terminal("list")

    assert terminal.status() == 0
    assert re.search(r"\x1b\[1m> \w+", terminal.shown)


def passed_on(learner: Learner, day: str) -> None:
    """Make the learner have solved exercise 03 on a day."""
    task = {"points": 10, "checks": 1, "checked": f"{day}T12:00:00+00:00", "passed": f"{day}T12:00:00+00:00"}
    learner.progress.write_text(json.dumps({"version": 1, "tasks": {"delete": task}}))


def todays_question(learner: Learner) -> Question:
    """Return what is asked about exercise 03 today."""
    question = question_for(plan_review(learner.folder).due[0], date.today())
    assert isinstance(question, Question)
    return question


def answer(terminal: Terminal, question: Question, values: list[str]) -> None:
    """Type the values, those of one row together, each row at its prompt."""
    rows = Counter(cell.row for cell in question.cells)
    for count in rows.values():
        terminal.wait_for("> ")
        terminal.shown = ""
        terminal.type(" ".join(values[:count]) + "\n")
        values = values[count:]


def test_review_at_a_terminal_asks_and_keeps_the_next_day(learner: Learner) -> None:
    """What cannot be read is asked again; the right answer puts the topic one box on."""
    passed_on(learner, "2026-01-01")
    question = todays_question(learner)
    terminal = Terminal("review")
    terminal.wait_for("> ")
    terminal.type("no answer at all, of more words than any of the questions that there are would take\n")
    terminal.wait_for("write ? for each")
    answer(terminal, question, [str(cell.want) for cell in question.cells])

    assert terminal.status() == 0
    assert "\nRight." in terminal.shown
    assert "deleting comes back on" in terminal.shown
    assert json.loads(learner.progress.read_text())["reviews"]["03_delete"]["box"] == 1


def test_review_with_not_sure_comes_back_tomorrow(learner: Learner) -> None:
    """Not sure yet is an answer, and the first box its place."""
    passed_on(learner, "2026-01-01")
    question = todays_question(learner)
    terminal = Terminal("review")
    answer(terminal, question, ["?"] * len(question.cells))

    assert terminal.status() == 0
    assert json.loads(learner.progress.read_text())["reviews"]["03_delete"]["box"] == 0


def test_review_left_in_the_middle_keeps_it_due(learner: Learner) -> None:
    """Ctrl-D ends it; what was not answered stays."""
    passed_on(learner, "2026-01-01")
    terminal = Terminal("review")
    terminal.wait_for("> ")
    terminal.type("\x04")

    assert terminal.status() == 0
    assert "the rest stays due" in terminal.shown
    assert "reviews" not in json.loads(learner.progress.read_text())


def test_review_without_a_terminal_prints_what_is_due(say: Say, learner: Learner) -> None:
    """For people, and for programs with --json."""
    assert "Nothing to repeat yet" in say("review").out
    passed_on(learner, "2026-01-01")
    text = say("review").out
    data = json.loads(say("review", "--json").out)

    assert "03_delete  deleting, due since 2026-01-02" in text
    assert data["due"] == [{"exercise": "03_delete", "topic": "deleting", "box": 0, "due": "2026-01-02"}]


# watch


@contextmanager
def watching(*words: str) -> Iterator["subprocess.Popen[str]"]:
    """Run `memslot-lab watch` until the block ends."""
    command = [sys.executable, "-u", "-m", "memslot_lab.cli", "watch", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Return what is printed up to the line with these words."""
    assert process.stdout
    text = ""
    for line in process.stdout:
        text += line
        if words in line:
            return text
    raise AssertionError(text)


def test_watch_checks_what_is_saved_and_ends_by_ctrl_c(learner: Learner) -> None:
    """Each save gives a report of that exercise alone, and the progress grows; status 0."""
    with watching() as process:
        read_until(process, "Save to check; Ctrl-C ends it.")
        learner.write(WRONG)
        text = read_until(process, "Hint:")
        assert "── 03_delete" in text
        assert "01_invariants" not in text
        learner.write(RIGHT)
        read_until(process, "03_delete is solved.")
        process.send_signal(signal.SIGINT)

        assert process.wait(timeout=30) == 0
    assert json.loads(learner.progress.read_text())["tasks"]["delete"]["points"] == 10


def test_watch_survives_a_broken_save_and_sees_a_new_python_file(learner: Learner) -> None:
    """What cannot be read is said, and the watch goes on."""
    with watching("03_delete") as process:
        read_until(process, "Watching 03_delete")
        learner.notebook.write_text("{")
        assert process.stderr
        assert "is not a whole notebook" in process.stderr.readline()
        learner.python.write_text(RIGHT)

        read_until(process, "03_delete is solved.")


def test_watch_json_prints_a_line_a_report(learner: Learner) -> None:
    """For programs: one JSON object a line."""
    with watching("03_delete", "--json") as process:
        assert process.stdout
        while not select.select([process.stdout], [], [], 1.5)[0]:
            learner.write(RIGHT)  # again and again, for nothing tells when the watch has begun

        assert json.loads(process.stdout.readline())["passed"]
