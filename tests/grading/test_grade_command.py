"""memslot-lab grade: from a folder of files to the tables, with the real judge."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest

from memslot_lab.cli import main
from memslot_lab.course.catalog import read_manifest
from memslot_lab.course.variants import variant_of
from memslot_lab.grading.marker import SubmissionMarker, close_judges
from memslot_lab.grading.sandbox import Tier, best_tier
from memslot_lab.grading.submission import Submission

ROOT = Path(__file__).parents[2]
NAME = "03_delete.ipynb"

confined = pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")


def hand_in(folder: Path) -> Path:
    """Lay out a class of four."""
    for student, source in (("ada", "solutions"), ("bob", "exercises")):
        (folder / student).mkdir(parents=True)
        shutil.copy(ROOT / source / NAME, folder / student / NAME)
    (folder / "cyd").mkdir()
    (folder / "cyd" / NAME).write_text("{")
    (folder / "=dan()").mkdir()
    return folder


def table(out: Path) -> list[list[str]]:
    """Return results.csv without its last column."""
    with (out / "results.csv").open(newline="") as file:
        return [row[:-1] for row in csv.reader(file)]


@confined
def test_grade_class_is_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Full points, none, a broken notebook and nothing at all: a row each; again, only with --resume."""
    path, out = str(hand_in(tmp_path / "all")), tmp_path / "out"
    assert main(["grade", path, "--out", str(out), "--jobs", "2"]) == 0
    first = (out / "results.json").read_bytes()

    assert table(out) == [
        ["student", "exercise", "score", "max_score", "status"],
        ["'=dan()", "", "0", "0", "no-notebook"],
        ["ada", "03_delete", "10", "10", "graded"],
        ["bob", "03_delete", "0", "10", "graded"],
        ["cyd", "03_delete", "0", "10", "bad-notebook"],
    ]
    said = capsys.readouterr().out
    assert "4 submissions of 4 students: 1 bad-notebook, 2 graded, 1 no-notebook" in said
    assert "  cyd/03_delete.ipynb: bad-notebook: " in said
    assert "confined by " in said

    assert main(["grade", path, "--out", str(out)]) == 2
    assert "--resume" in capsys.readouterr().err
    assert main(["grade", path, "--out", str(out), "--resume", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["statuses"] == {"bad-notebook": 1, "graded": 2, "no-notebook": 1}
    assert (out / "results.json").read_bytes() == first


@confined
@pytest.mark.slow
def test_grade_solutions_gives_full_points(tmp_path: Path) -> None:
    """Each notebook of ours and each text pair: what they need beside the answer is lent, or not in the answer cell."""
    for student, pattern in (("notebooks", "*.ipynb"), ("texts", "*.py")):
        (tmp_path / "all" / student).mkdir(parents=True)
        for path in (ROOT / "solutions").glob(pattern):
            shutil.copy(path, tmp_path / "all" / student)
    assert main(["grade", str(tmp_path / "all"), "--out", str(tmp_path / "out"), "--jobs", "2"]) == 0
    marks = {tuple(row[:3]) for row in table(tmp_path / "out")[1:]}

    assert marks == {
        (student, exercise.name, str(exercise.points))
        for student in ("notebooks", "texts")
        for exercise in read_manifest().values()
    }


@confined
def test_grade_other_variant_than_the_students_is_a_row(tmp_path: Path) -> None:
    """With a course seed; without one, what the notebook says is judged."""
    path = hand_in(tmp_path / "all")
    assert main(["grade", str(path / "ada"), "--out", str(tmp_path / "out"), "--course-seed", "autumn"]) == 0
    (row,) = json.loads((tmp_path / "out" / "results.json").read_text())["results"]

    assert (row["student"], row["status"], row["score"]) == ("ada", "wrong-variant", 0)
    assert variant_of("autumn", "ada").code in row["sentence"]


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["gone"], "gone is not there"),
        (["."], "holds no submission"),
        ([".", "--exercise", "03_delet"], "03_delete"),
        ([".", "--limit", "ask=1"], "there is no limit 'ask'; --limits lists them"),
        ([".", "--limit", "ask_seconds=0"], "ask_seconds is 0.0; use 0.001 or more"),
        ([".", "--limit", "files=some"], "--limit files=some: invalid literal"),
        ([".", "--limit", "files"], "write it as files=256"),
    ],
)
def test_grade_what_cannot_be_used_is_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    error: str,
) -> None:
    """The error says what to do, and nothing is written."""
    monkeypatch.chdir(tmp_path)

    assert main(["grade", *words, "--out", "out"]) == 2
    assert error in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("option", ["--secret", "--course-seed", "--out"])
def test_grade_empty_text_is_refused(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A variable of the shell that is not set must not leave hidden cases out in silence."""
    with pytest.raises(SystemExit) as end:
        main(["grade", ".", "--out", "out", option, ""])

    assert end.value.code == 2
    assert f"argument {option}: it is empty" in capsys.readouterr().err


def test_grade_into_a_folder_that_is_not_its_own_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Among the submissions results would be taken for one; somebody else's table is not overwritten."""
    path = hand_in(tmp_path / "all")
    for out in (path, path / "out", path / ".." / "all" / "ada"):
        assert main(["grade", str(path), "--out", str(out)]) == 2
        assert "lies among the submissions" in capsys.readouterr().err
    (tmp_path / "results.csv").write_text("mine")

    assert main(["grade", str(path), "--out", str(tmp_path)]) == 2
    assert "move it away, or choose another --out" in capsys.readouterr().err
    assert (tmp_path / "results.csv").read_text() == "mine"
    assert not (path / "journal.jsonl").exists()


@confined
def test_grade_ctrl_c_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The status is the shell's."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("memslot_lab.grading.run.grade", interrupted)
    assert main(["grade", str(hand_in(tmp_path / "all")), "--out", str(tmp_path / "out")]) == 130
    assert "--resume goes on" in capsys.readouterr().err


def test_grade_without_a_boundary_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A plain process is no place for the code of strangers."""
    monkeypatch.setattr("memslot_lab.grading.sandbox.best_tier", lambda: Tier.PROCESS)

    assert main(["grade", str(hand_in(tmp_path / "all")), "--out", str(tmp_path / "out")]) == 2
    assert "memslot-lab doctor" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@confined
def test_grade_feedback_writes_a_page_for_each_submission_and_one_for_the_class(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those that could not be judged too; the class page links them; with --resume all stay as they are."""
    path, out = str(hand_in(tmp_path / "all")), tmp_path / "out"
    assert main(["grade", path, "--out", str(out), "--jobs", "2", "--feedback"]) == 0
    pages = {page.relative_to(out).as_posix(): page.read_text() for page in out.rglob("*.html")}
    links = re.findall(r'href="(feedback/[^"]+)"', pages["class.html"])

    assert f"wrote {out / 'class.html'}" in capsys.readouterr().out
    assert {unquote(link) for link in links} == set(pages) - {"class.html"}
    assert len(pages) == 5
    assert "10 of 10 points" in pages["feedback/ada/03_delete.html"]
    assert "is not written yet" in pages["feedback/bob/03_delete.html"]
    assert "Not judged" in pages["feedback/cyd/03_delete.html"]
    assert json.loads((out / "results.json").read_text())["about"]["feedback"] == {"show_hidden": False}

    (out / "feedback/ada/03_delete.html").write_text("my own")
    assert main(["grade", path, "--out", str(out), "--feedback", "--resume"]) == 0
    assert (out / "feedback/ada/03_delete.html").read_text() == "my own"
    assert main(["grade", path, "--out", str(out), "--resume"]) == 2


@confined
def test_grade_feedback_is_the_same_whatever_the_workers_and_costs_no_mark(tmp_path: Path) -> None:
    """The same pages to the byte, the same points as without."""
    path = tmp_path / "all"
    for student, name in (("ada", "stops_one_early"), ("bob", "never_ends"), ("cyd", "sorts_ascending")):
        (path / student).mkdir(parents=True)
        shutil.copy(ROOT / "tests/wrong/03_delete" / f"{name}.py", path / student / "03_delete.py")
    runs = {"one": ["--jobs", "1", "--feedback"], "two": ["--jobs", "2", "--feedback"], "none": []}
    for run, words in runs.items():
        assert main(["grade", str(path), "--out", str(tmp_path / run), *words]) == 0
    pages = [{page.parent.name: page.read_bytes() for page in (tmp_path / run).glob("feedback/*/*")} for run in runs]
    results = [json.loads((tmp_path / run / "results.json").read_text())["results"] for run in runs]

    assert pages[0] == pages[1]
    assert sorted(pages[0]) == ["ada", "bob", "cyd"]
    assert all(b"runs-delete" in page for page in pages[0].values())
    assert pages[2] == {}
    assert results[0] == results[1] == results[2]


@confined
def test_grade_feedback_does_not_replace_what_is_no_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The run ends with the file's name, and goes on with --resume when it is out of the way."""
    path, out = str(hand_in(tmp_path / "all")), tmp_path / "out"
    mine = out / "feedback/ada/03_delete.html"
    mine.parent.mkdir(parents=True)
    mine.write_text("my own")

    assert main(["grade", path, "--out", str(out), "--jobs", "1", "--feedback"]) == 2
    assert f"{mine} was there before and is no page" in capsys.readouterr().err
    assert mine.read_text() == "my own"

    mine.unlink()
    assert main(["grade", path, "--out", str(out), "--jobs", "1", "--feedback", "--resume"]) == 0
    assert "10 of 10 points" in mine.read_text()


def test_grade_show_hidden_without_pages_is_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would mean nothing."""
    path, out = str(hand_in(tmp_path / "all")), tmp_path / "out"

    assert main(["grade", path, "--out", str(out), "--show-hidden", "--unsafe"]) == 2
    assert "add --feedback" in capsys.readouterr().err
    assert not out.exists()


@confined
def test_page_that_cannot_be_made_costs_no_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mark is as ever, and the page says where to ask."""
    submission = Submission("ada", "03_delete", "ada/x", (("file", "def delete(slots, slot):\n    pass\n"),))
    plain = SubmissionMarker(best_tier())(submission).mark
    monkeypatch.setattr("memslot_lab.grading.pages.feedback.call", None)
    mark, page = SubmissionMarker(best_tier(), with_page=True)(submission)
    close_judges()

    assert replace(mark, seconds=0) == replace(plain, seconds=0)
    assert "what was found cannot be shown on a page" in page


@confined
def test_grade_unsafe_says_so_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The marks are the same; that nothing was confined is said where they are read."""
    monkeypatch.setattr("memslot_lab.grading.sandbox.best_tier", lambda: Tier.PROCESS)
    path, out = hand_in(tmp_path / "all"), tmp_path / "out"
    assert main(["grade", str(path), "--out", str(out), "--unsafe", "--jobs", "1"]) == 0

    assert "not confined: a plain process with resource limits: not a security boundary" in capsys.readouterr().out
    assert json.loads((out / "results.json").read_text())["about"]["tier"] == "process"
    assert [row[2] for row in table(out)] == ["score", "0", "10", "0", "0"]


@confined
def test_grade_limit_holds_and_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In words for the student, and in what the marks follow from."""
    (tmp_path / "ada").mkdir()
    (tmp_path / "ada" / "03_delete.py").write_text("import time\ntime.sleep(60)\n")
    assert main(["grade", str(tmp_path / "ada"), "--out", str(tmp_path / "out"), "--limit", "load_seconds=0.2"]) == 0
    results = (tmp_path / "out" / "results.json").read_text()

    assert "stopped after 0.2 s" in results
    assert json.loads(results)["about"]["limits"]["load_seconds"] == 0.2

    with pytest.raises(SystemExit) as end:
        main(["grade", "--limits"])
    assert end.value.code == 0
    assert "load_seconds=2.0\n" in capsys.readouterr().out
