"""The page that a student reads: what is on it, what is not, and that a stranger's text does nothing there."""

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.judge import judge as check_here
from memslot_lab.course.results import TaskResult
from memslot_lab.course.variants import variant_of
from memslot_lab.grading.judge import Judge
from memslot_lab.grading.marks import Mark, unjudged
from memslot_lab.grading.pages.feedback import feedback_page
from memslot_lab.grading.pages.shell import shown
from memslot_lab.grading.sandbox import SandboxError, Tier, best_tier
from memslot_lab.grading.submission import Submission

from .test_judge import KNOWS_ALL

TESTS = Path(__file__).parents[1]
WRONG = [min(folder.glob("*.py")) for folder in sorted((TESTS / "wrong").iterdir()) if folder.is_dir()]
EXERCISE = find_exercise("03_delete")


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One judge that records, with a secret."""
    try:
        strongest = best_tier()
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    if not strongest.is_boundary:
        pytest.skip("this machine has no sandbox that is a boundary; memslot-lab doctor says why")
    with Judge("a secret", tapes=True) as judge:
        yield judge


@cache
def read(path: str) -> str:
    """Return the text of an answer among the tests."""
    return (TESTS / path).read_text(encoding="utf-8")


def handed_in(text: str, student: str = "ada") -> Submission:
    """Return a submission to exercise 03."""
    return Submission(student, "03_delete", f"{student}/03_delete.py", (("file", text),))


def mark_of(submission: Submission, results: list[TaskResult]) -> Mark:
    """Return a mark as the marker makes it, as far as the page looks at it."""
    points = (sum(result.points for result in results), sum(result.max_points for result in results))
    return Mark(submission.student, submission.exercise, submission.place, *points, tasks=({},))


def page_of(judge: Judge, text: str, student: str = "ada", **more: Any) -> str:
    """Return the page on a file."""
    submission = handed_in(text, student)
    results = judge.judge(EXERCISE, submission.pieces)
    return feedback_page(submission, EXERCISE, results, mark_of(submission, results), **more)


class Elements(HTMLParser):
    """Notes every element of a page, and all its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.inside = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one."""
        self.found.append((tag, dict(attrs)))
        self.inside = "data" if tag == "script" and "type" in self.found[-1][1] else tag

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        self.inside = ""

    def handle_data(self, data: str) -> None:
        """Note text, that of scripts and styles aside."""
        if self.inside == "script":
            self.scripts.append(data)
        elif self.inside not in ("data", "style"):
            self.words.append(data)

    @property
    def text(self) -> str:
        """All text."""
        return " ".join(" ".join(self.words).split())


def runs_in(page: str) -> dict[str, Any]:
    """Return what the steppers of a page are given."""
    data = re.search(r'id="data">([^<]+)<', page)
    return json.loads(zlib.decompress(b64decode(data[1])))["runs"] if data else {}


def test_page_of_a_wrong_answer_tells_points_mistake_case_and_hints(judge: Judge) -> None:
    """Points by group, the mistake's name, the smallest case with its call, one hint open and the others folded."""
    page = page_of(judge, read("wrong/03_delete/stops_one_early.py"), tier=Tier.NAMESPACES)
    elements = Elements(page)
    points = [words for words in elements.words if re.fullmatch(r"\d of \d+ points?", words)]

    assert points[0] == "4 of 10 points"
    assert len(points) == 2 + len(EXERCISE.tasks[0].groups)
    assert "Known mistake, delete-stops-one-early" in elements.text
    assert "delete(slots, MemorySlot(id=3, base_gfn=0x0, npages=0x0))" in elements.text
    assert "confined by namespaces, seccomp, Landlock and resource limits (namespaces)" in elements.text
    assert [tag for tag, _ in elements.found].count("details") == len(EXERCISE.tasks[0].hints) - 1
    before, _, folded = page.partition("<details>")
    assert shown(EXERCISE.tasks[0].hints[0]) in before
    assert shown(EXERCISE.tasks[0].hints[1]) in folded


def test_page_holds_both_runs_and_opens_where_they_part(judge: Judge) -> None:
    """A stepper in the place of the function, in compare mode."""
    page = page_of(judge, read("wrong/03_delete/stops_one_early.py"))
    (values,) = runs_in(page).values()

    assert [*runs_in(page)] == ["runs-delete"]
    assert 'id="runs-delete"' in page
    assert values["comparison"]["names"] == ["yours", "the kernel's"]
    assert values["step"] == values["comparison"]["first"] == 2
    assert any("mslots[i] = slot" in line for _, line in values["tape"]["functions"][0]["source"])


def test_page_asks_no_network_and_lets_its_own_scripts_run_alone(judge: Judge) -> None:
    """No address, and the policy names the hash of each script; one more would not run."""
    page = page_of(judge, read("wrong/03_delete/stops_one_early.py"))
    elements = Elements(page)
    policy = next(a["content"] or "" for _, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    data = re.search(r'id="data">([^<]+)<', page)
    assert data
    scripts = [*elements.scripts, json.loads(zlib.decompress(b64decode(data[1])))["script"]]

    assert "http:" not in page
    assert "https:" not in page
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    hashes = {f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}" for script in scripts}
    assert set(re.findall(r"'(sha256-[^']+)'", policy)) == hashes
    assert len(hashes) == 2


def test_page_of_a_right_answer_has_no_script_at_all(judge: Judge) -> None:
    """Full points, what is worth knowing after the pass, and no hint."""
    page = page_of(judge, read("right/03_delete/kernel_loop.py"))
    elements = Elements(page)

    assert "10 of 10 points" in elements.text
    assert " ".join(EXERCISE.tasks[0].explain.split())[:60] in elements.text.replace("`", "")
    assert "script-src 'none'" in page
    assert not {"script", "details"} & {tag for tag, _ in elements.found}


@pytest.mark.parametrize("path", WRONG, ids=[path.parent.name for path in WRONG])
def test_page_is_made_of_a_wrong_answer_to_each_exercise(path: Path) -> None:
    """Judged in this process: each failing function with its case, and a stepper where both runs part."""
    exercise = find_exercise(path.parent.name)
    functions = load_answer_file(path, exercise).functions
    results = [check_here(task, functions[task.function]) for task in exercise.tasks if task.function in functions]
    submission = Submission("ada", exercise.name, f"ada/{path.name}")
    page = feedback_page(submission, exercise, results, mark_of(submission, results))
    text = Elements(page).text

    failures = [result.smallest for result in results if result.smallest]
    assert failures
    for failure in failures:
        assert f"Failing case: {failure.case.group}, {failure.case.title}" in text
    assert len(runs_in(page)) == sum(bool(failure.runs and failure.runs.parting) for failure in failures)


# Hidden cases.


def hidden_values(judge: Judge) -> list[str]:
    """Return what a page on the answer that knows the open cases must not say."""
    (result,) = judge.judge(EXERCISE, (("file", KNOWS_ALL),))
    failure = result.smallest
    assert failure
    assert failure.hidden
    return [failure.got, failure.want, failure.sentence, "It printed", "told you"]


def test_hidden_failure_is_a_line_without_a_value(judge: Judge) -> None:
    """The group's name and that a hidden case fails; no case, no got and want, no print, no recording."""
    values = hidden_values(judge)
    page = page_of(judge, KNOWS_ALL.replace("    i = ", "    print('told you')\n    i = ", 1))
    text = Elements(page).text

    assert "index table 49 cases 0 of 2 points a hidden case fails here" in text
    assert [value for value in values if value in text] == []
    assert runs_in(page) == {}
    assert "0x" not in text


def test_hidden_failure_is_shown_where_the_teacher_wants_it(judge: Judge) -> None:
    """Then it is told like any other."""
    values = hidden_values(judge)
    page = page_of(judge, KNOWS_ALL, show_hidden=True)
    text = Elements(page).text

    assert "a hidden case fails here" not in text
    assert [value for value in values[:3] if value not in text] == []
    assert [*runs_in(page)] == ["runs-delete"]


# What could not be judged.


def test_page_of_what_could_not_be_judged_says_what_to_do() -> None:
    """No points, no table, and the sentence."""
    sentence = "03_delete.ipynb is not a whole notebook: save it again in Jupyter, and hand it in again"
    submission = Submission("cyd", "03_delete", "cyd/03_delete.ipynb", status="bad-notebook", sentence=sentence)
    text = Elements(feedback_page(submission, EXERCISE, [], unjudged(submission))).text

    assert "Not judged" in text
    assert sentence in text
    assert "of 10 points" not in text


def test_page_without_an_exercise_says_what_the_status_means() -> None:
    """A folder with nothing in it has a page too."""
    submission = Submission("dan", "", "dan", status="no-notebook")

    assert (
        "has nothing that could be an answer"
        in Elements(feedback_page(submission, None, [], unjudged(submission))).text
    )


def test_page_of_a_file_that_python_cannot_read_says_where(judge: Judge) -> None:
    """Judged, with no point: the sentence, the hints, no table."""
    text = Elements(page_of(judge, "def delete(slots, slot):\n    if True print(<b>)\n")).text

    assert "Python cannot read line 2 of the file, if True print(<b>) : invalid syntax." in text
    assert "Hints" in text


def test_page_of_a_mirrored_variant_says_so(judge: Judge) -> None:
    """Hints speak of the kernel's order."""
    codes = (variant_of("autumn", str(number)) for number in range(50))
    mirrored = next(variant for variant in codes if variant.mirrored)
    submission = Submission("ada", "03_delete", "ada/03_delete.ipynb", variant=mirrored.code)
    page = feedback_page(submission, EXERCISE, [], unjudged(submission, "graded"))

    assert "Your variant is turned around" in Elements(page).text


# A stranger's text.

TAGS = "<script>alert(1)</script></script><img src=x onerror=alert(2)>{0.__class__}"
HOSTILE = f"""
def delete(slots, slot):
    print({TAGS!r} + chr(27) + '[31m' + chr(0x202e))
    slots.memslots[0] = {TAGS!r}
    raise type({TAGS!r}, (Exception,), {{}})({TAGS!r})  # {TAGS}
"""


def test_text_of_a_submission_is_shown_and_does_nothing(judge: Judge) -> None:
    """Name, file name, class and message of an exception, print, source and an entry: no element comes of them."""
    honest = Elements(page_of(judge, "def delete(slots, slot):\n    print(1)\n    raise ValueError(1)\n"))
    page = page_of(judge, HOSTILE, student=TAGS)
    hostile = Elements(page)

    assert {tag for tag, _ in hostile.found} == {tag for tag, _ in honest.found}
    assert len(hostile.scripts) == len(honest.scripts) == 1
    assert page.count("<script") == 2
    assert not [name for _, attributes in hostile.found for name in attributes if name.startswith("on")]
    assert hostile.text.count("{0.__class__}") >= 5
    assert "\x1b" not in page
    assert "\\x1b[31m\\u202e" in hostile.text


ODD_ENTRY = """
class Odd:
    def __repr__(self):
        return chr(27) + "[31m" + chr(0x202e) + "ä<b>"

def delete(slots, slot):
    slots.memslots[0] = Odd()
"""


def test_odd_signs_in_the_table_of_entries_are_spelt_out(judge: Judge) -> None:
    """An entry may call itself whatever it wants."""
    page = page_of(judge, ODD_ENTRY)

    assert 'role="region"' in page
    assert page.count("\\x1b[31m\\u202eä&lt;b&gt;") > 2
    assert not {"\x1b", "\u202e"} & {*page}


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#x27;"),
        ("\x1b[2J\x00\x9b", "\\x1b[2J\\x00\\x9b"),
        ("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066"),
        ("half \ud800", "half \\ud800"),
        ("a\tb\nä 漢", "a\tb\nä 漢"),
        ("x" * 5000, "x" * 4000 + "..."),
    ],
)
def test_shown_text_is_escaped_and_odd_signs_are_spelt_out(text: str, html: str) -> None:
    """Nothing turns the page around, and nothing is too long for it."""
    assert shown(text) == html
