"""Marks in the forms of other systems: each by that system's own rules, and nothing for a student that is hidden."""

import base64
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from memslot_lab import __version__
from memslot_lab.cli import main
from memslot_lab.grading.formats.classroom import classroom
from memslot_lab.grading.formats.items import HIDDEN, folder_names, items, printable
from memslot_lab.grading.marks import Mark
from memslot_lab.grading.results import write_results
from memslot_lab.grading.sandbox import Tier, best_tier

ROOT = Path(__file__).parents[2]
NAME = "03_delete"

Group = dict[str, Any]

STRANGER = "raised E: \x1b]0;title\x07 <b>&]]> \x00\ud800\u202e\r::set-output name=x::y ##[group] **md** [a](b)"
SECRET = {"sentence": "id 7 is lost", "hint": "which id?", "got": "-1", "want": "7", "mistake": "loses-an-id"}
SECRETS = [*SECRET.values()]


def group(name: str, points: int, failure: dict[str, Any] | None = None) -> Group:
    """Return a group of cases as a mark has it."""
    return {
        "name": name,
        "points": 0 if failure else points,
        "max_points": points,
        "cases": 3,
        "failure": failure,
    }


def mark(student: str, *groups: Group, problem: str = "", **other: Any) -> Mark:
    """Return a mark for one function of ten points."""
    points = sum(group["points"] for group in groups)
    task = {"function": "delete", "problem": problem, "points": points, "max_points": 10, "groups": list(groups)}
    return Mark(student, NAME, f"{student}/{NAME}.ipynb", points, 10, tasks=(task,), **other)


def unjudged(student: str, status: str, sentence: str, exercise: str = NAME, max_score: int = 10) -> Mark:
    """Return a mark of what was not judged."""
    return Mark(student, exercise, f"{student}/it", 0, max_score, status, sentence)


FAILURE = {"sentence": STRANGER, "hint": "why?", "mistake": "", "got": "E", "want": "None"}
CLASS = [
    mark("Ada", group("empty", 4), group("middle", 6)),
    mark("ada", group("empty", 4, FAILURE), group("middle", 6, {**SECRET, "hidden": True})),
    mark("bob", problem="delete() is not written yet"),
    unjudged("cyd", "bad-notebook", "no whole notebook"),
    unjudged("dan", "grader-error", "the grader failed"),
    unjudged("../eve", "no-notebook", "nothing handed in", exercise="", max_score=0),
]
POINTS = {"Ada": 10, "ada": 0, "bob": 0, "cyd": 0, "dan": 0, "../eve": 0}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a run of the grader."""
    write_results(tmp_path, CLASS, {"version": __version__, "tier": "landlock"})
    return tmp_path


def test_printable_keeps_text_and_shows_what_is_none() -> None:
    """Letters of any language, tabs and ends of lines stay; the rest is written as Python writes it."""
    assert printable("Zoë 雪\tx\n") == "Zoë 雪\tx\n"
    assert printable("\x1b[31m\x7f\x9b\u202e\ud800\ufffe\r") == r"\x1b[31m\x7f\x9b\u202e\ud800\ufffe\r"


def test_items_hold_all_points_of_a_mark() -> None:
    """What was judged, what was not written and what could not be judged."""
    for one in CLASS:
        found = items(one)
        assert sum(item.points for item in found) == one.score
        assert sum(item.max_points for item in found) == one.max_score


def test_folder_names_are_safe_and_differ() -> None:
    """A path, a hidden name, an empty one, a long one, a surrogate, and two that a Mac takes for one."""
    students = [
        "ada",
        "bob@x.org",
        "../up",
        ".hidden",
        "",
        "x" * 300,
        "a/b",
        "\ud800",
        "Cy d",
        "Éva",
        "E\u0301va",
        "ADA",
    ]
    names = folder_names(students)

    assert names["bob@x.org"] == "bob@x.org"
    assert (names["../up"], names[".hidden"], names["Cy d"]) == ("%2E.%2Fup", "%2Ehidden", "Cy%20d")
    assert len({name.casefold() for name in names.values()}) == len(students)
    assert all(re.fullmatch(r"[\w%-][\w.@+%-]{0,200}", name) for name in names.values())


# JUnit.


CHILDREN = {  # of junit-10.xsd, in the order in which they may stand
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure", "system-out", "system-err"],
}
NEEDED = {"testsuite": {"name", "tests", "failures", "errors"}, "testcase": {"name"}, "property": {"name", "value"}}
ALLOWED = {
    "testsuites": {"name", "time", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package"},
    "testcase": {"name", "classname", "time", "group"},
    "property": {"name", "value"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}


def require_junit(element: Element) -> None:
    """Assert the rules of the schema, and that the counts are right."""
    tag, order = element.tag, CHILDREN.get(element.tag, [])
    assert NEEDED.get(tag, set()) <= set(element.attrib) <= ALLOWED.get(tag, set())
    tags = [child.tag for child in element]
    assert tags == sorted(tags, key=order.index)
    for name, path in (("tests", "testcase"), ("failures", "testcase/failure"), ("errors", "testcase/error")):
        if name in element.attrib:
            assert int(element.attrib[name]) == len(element.findall(f".//{path}"))
    for child in element:
        require_junit(child)


def test_export_junit_is_of_the_schema_and_holds_all(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A suite for each mark; wrong answers are failures, a grader that failed is an error."""
    assert main(["export", str(run), "--to", "junit"]) == 0
    assert capsys.readouterr().out == f"6 marks\nwrote {run / 'junit.xml'}\n"
    root = ElementTree.parse(run / "junit.xml").getroot()
    require_junit(root)

    assert {
        suite.get("name", ""): [child.tag for case in suite.iter("testcase") for child in case] for suite in root
    } == {
        "../eve/../eve/it": ["failure"],
        f"Ada/{NAME}": [],
        f"ada/{NAME}": ["failure", "failure"],
        f"bob/{NAME}": ["failure"],
        f"cyd/{NAME}": ["failure"],
        f"dan/{NAME}": ["error"],
    }
    first, second = root.findall(f"testsuite[@name='ada/{NAME}']/testcase/failure")
    assert first.get("message") == printable(STRANGER)
    assert (second.get("type"), second.get("message")) == ("loses-an-id", "hidden case: id 7 is lost")
    scores = root.findall("testsuite/properties/property[@name='score']")
    assert sum(int(score.get("value", "")) for score in scores) == 10


# Gradescope.


TOP = {
    "score": (int, float),
    "execution_time": (int, float),
    "output": str,
    "output_format": str,
    "test_output_format": str,
    "test_name_format": str,
    "visibility": str,
    "stdout_visibility": str,
    "extra_data": dict,
    "tests": list,
    "leaderboard": list,
}
TEST = {
    "score": (int, float),
    "max_score": (int, float),
    "status": str,
    "name": str,
    "name_format": str,
    "number": str,
    "output": str,
    "output_format": str,
    "tags": list,
    "visibility": str,
    "extra_data": dict,
}
VISIBILITY = {"hidden", "after_due_date", "after_published", "visible"}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def require_gradescope(data: dict[str, Any]) -> None:
    """Assert the rules of Gradescope's specification, and that all is shown as plain text."""
    tests: list[dict[str, Any]] = data["tests"]
    for part, kinds in ((data, TOP), *((test, TEST) for test in tests)):
        assert {key: value for key, value in part.items() if not isinstance(value, kinds[key])} == {}
        assert {part[key] for key in part if key.endswith("visibility")} <= VISIBILITY
        assert {part[key] for key in part if key.endswith("format")} <= FORMATS
    assert {data["output_format"], data["test_output_format"], data["test_name_format"]} == {"text"}
    assert all(test["status"] in ("passed", "failed") and 0 <= test["score"] <= test["max_score"] for test in tests)
    assert all(test["name"] and test["visibility"] == "visible" for test in tests)
    assert data["score"] == sum(test["score"] for test in tests)


def of_students(folder: Path, pattern: str) -> dict[str, Any]:
    """Return what was written for each student."""
    names = folder_names(one.student for one in CLASS)
    return {student: json.loads((folder / pattern.format(names[student])).read_bytes()) for student in POINTS}


def test_export_gradescope_is_of_the_specification_and_holds_all(run: Path) -> None:
    """A file for each student, with the points of the mark."""
    assert main(["export", str(run), "--to", "gradescope"]) == 0
    written = of_students(run, "gradescope/{}/results.json")
    for data in written.values():
        require_gradescope(data)

    assert {student: data["score"] for student, data in written.items()} == POINTS
    assert len(list((run / "gradescope").iterdir())) == len(CLASS)
    assert written["dan"]["tests"] == [
        {"name": NAME, "score": 0, "max_score": 10, "status": "failed", "output": "the grader failed"}
        | {"visibility": "visible"}
    ]
    assert written["bob"]["tests"][0]["output"] == "delete() is not written yet"
    assert written["Ada"]["extra_data"] == {"memslot_lab": {"version": __version__, "tier": "landlock"}}


# GitHub Classroom.


def require_classroom(data: dict[str, Any]) -> None:
    """Assert the keys and types of version 1, and that no line of it is a command to the runner."""
    assert [*data] == ["version", "status", "max_score", "tests"]
    assert data["version"] == 1
    assert type(data["max_score"]) is int
    statuses = {test["status"] for test in data["tests"]}
    assert data["status"] == next((s for s in ("error", "fail") if s in statuses), "pass")
    for test in data["tests"]:
        assert [*test] == [
            *("name", "status", "message", "test_code", "filename", "line_no", "execution_time", "score")
        ]
        assert test["status"] in ("pass", "fail", "error")
        assert (test["message"] is None) == (test["status"] == "pass")
        assert (test["filename"], test["line_no"], type(test["score"])) == ("", 0, int)
        assert re.fullmatch(r"[\d.]+s", test["execution_time"])
        assert len(test["message"] or "") <= 500
    assert not re.search(r"::|##\[", json.dumps(data))


def test_export_classroom_is_what_a_step_puts_out(run: Path) -> None:
    """Readable, and in Base64 as the reporter's step decodes it."""
    assert main(["export", str(run), "--to", "classroom"]) == 0
    written = of_students(run, "classroom/{}.json")
    for data in written.values():
        require_classroom(data)

    assert {student: sum(test["score"] for test in data["tests"]) for student, data in written.items()} == POINTS
    assert {student: data["status"] for student, data in written.items()} == {
        "Ada": "pass",
        "dan": "error",
        **dict.fromkeys(("ada", "bob", "cyd", "../eve"), "fail"),
    }
    names = folder_names(POINTS)
    results = {student: (run / f"classroom/{names[student]}.result").read_text() for student in POINTS}
    assert {student: json.loads(base64.b64decode(text, validate=True)) for student, text in results.items()} == written


def test_classroom_error_of_the_grader_counts_more_than_a_wrong_answer() -> None:
    """The reporter tells an error from a failure by the whole's status."""
    wrong, failed = CLASS[1], unjudged("ada", "grader-error", "the grader failed")

    assert [classroom(marks)["status"] for marks in ([wrong], [wrong, failed])] == ["fail", "error"]


# What students see.


@pytest.mark.parametrize("form", ["gradescope", "classroom"])
def test_export_for_students_keeps_hidden_cases_hidden(run: Path, form: str) -> None:
    """The group's name and points are there, what failed is not; and no text acts on a terminal."""
    assert main(["export", str(run), "--to", form]) == 0
    written = [path.read_bytes() for path in (run / form).rglob("*") if path.is_file()]
    data = [json.loads(base64.b64decode(text) if text[:1] != b"{" else text) for text in written]
    texts = [text for one in data for test in one["tests"] for text in test.values() if isinstance(text, str)]
    said = "\n".join(texts)

    assert HIDDEN in texts
    assert [word for word in SECRETS if len(word) > 2 and word in said] == []
    assert re.sub(r"[\n\t]", "", said).isprintable()
    assert r"\x1b]0;title\x07 <b>" in said


def test_items_failure_without_the_key_is_not_hidden() -> None:
    """A journal from before the key existed is shown."""
    (item,) = items(mark("ada", group("middle", 10, SECRET)))

    assert item.shown == item.says == "id 7 is lost\ngot:  -1\nwant: 7\nwhich id?"


# The command.


def test_export_twice_gives_the_same_bytes(run: Path) -> None:
    """Files are written anew, whatever was in them."""
    files: list[dict[Path, bytes]] = []
    for _ in range(2):
        for form in ("junit", "gradescope", "classroom"):
            assert main(["export", str(run), "--to", form]) == 0
        files.append({path: path.read_bytes() for path in run.rglob("*") if path.is_file()})
        (run / "junit.xml").write_text("old")

    assert files[0] == files[1]
    assert len(files[0]) == 2 + 1 + 6 + 12


def broken(text: str) -> Callable[[Path], object]:
    """Return what puts this text into results.json."""
    return lambda folder: (folder / "results.json").write_text(text)


@pytest.mark.parametrize(
    ("change", "words", "error"),
    [
        (lambda folder: (folder / "results.json").unlink(), ["junit"], "run `memslot-lab grade SUBMISSIONS --out"),
        (broken("{"), ["junit"], "is no results.json"),
        (broken("[]"), ["junit"], "is no results.json"),
        (broken('{"about": {"version": "0.0.1"}, "results": []}'), ["junit"], "of memslot-lab 0.0.1, and this is"),
        (broken(f'{{"about": {{"version": "{__version__}"}}, "results": [{{}}]}}'), ["junit"], "is no results.json"),
        (lambda _: None, ["nbgrader"], "--gradebook goes with --to nbgrader"),
        (lambda _: None, ["junit", "--gradebook", "x"], "--gradebook goes with --to nbgrader"),
        (lambda _: None, ["junit", "--assignment", "x"], "--gradebook goes with --to nbgrader"),
        (lambda _: None, ["nbgrader", "--gradebook", "gone/away/x.db"], "gone/away is not there"),
        (lambda _: None, ["nbgrader", "--gradebook", "nocourse"], "nocourse is not there"),
        (lambda _: None, ["nbgrader", "--gradebook", "."], "pip install nbgrader"),
    ],
)
def test_export_of_what_cannot_be_used_is_status_2(
    run: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], object], words: list[str], error: str
) -> None:
    """The error says what to do, and nothing is written."""
    change(run)
    before = sorted(run.rglob("*"))

    assert main(["export", str(run), "--to", *words]) == 2
    assert error in capsys.readouterr().err
    assert sorted(run.rglob("*")) == before


@pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")
def test_export_of_a_real_run_is_of_every_form(tmp_path: Path) -> None:
    """The marks of the real judge: a right answer, a known mistake, a stub, a broken file."""
    wrong = ROOT / "tests/wrong/03_delete/absent_is_none.py"
    sources = {"ada": ROOT / f"solutions/{NAME}.ipynb", "bob": ROOT / f"exercises/{NAME}.ipynb", "dan": wrong}
    for student, source in sources.items():
        (tmp_path / "in" / student).mkdir(parents=True)
        shutil.copy(source, tmp_path / "in" / student / f"{NAME}{source.suffix}")
    (tmp_path / "in/cyd.ipynb").write_text("{")
    out = tmp_path / "out"
    assert main(["grade", str(tmp_path / "in"), "--out", str(out), "--exercise", NAME, "--jobs", "1"]) == 0
    for form in ("junit", "gradescope", "classroom"):
        assert main(["export", str(out), "--to", form]) == 0

    require_junit(ElementTree.parse(out / "junit.xml").getroot())
    results = {who: json.loads((out / f"gradescope/{who}/results.json").read_bytes()) for who in ("ada", "dan")}
    for data in results.values():
        require_gradescope(data)
    assert {student: data["score"] for student, data in results.items()} == {"ada": 10, "dan": 8}
    failed = [test for test in results["dan"]["tests"] if test["status"] == "failed"]
    assert [(test["name"], test["score"], test["max_score"]) for test in failed] == [
        (f"{NAME}: delete, index table", 0, 2)
    ]
    assert "want -1, as for every id that is not there" in failed[0]["output"]
    for name in ("ada", "bob", "cyd", "dan"):
        require_classroom(json.loads((out / f"classroom/{name}.json").read_bytes()))
