"""check() and solved(): every mistake of a learner is answered in words, none is raised."""

import contextlib
import io
import re
import runpy
import sys
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest

from memslot_lab import engine
from memslot_lab.course import NotSolvedError, UnknownExerciseError, check, compare, hint, lab, solved
from memslot_lab.course.catalog import find_task
from memslot_lab.course.report import Report
from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    UserspaceMemoryRegion,
    insert_back,
    move_backward,
    violations,
)
from memslot_lab.engine.update import delete as kernels_delete
from memslot_lab.views.array import show

ANSWERS = Path(__file__).parents[1]
PREFIX = """
    if slots.id_to_index[slot.id] == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
"""


def function(body: str, head: str = "def delete(slots, slot):") -> Any:
    """Return the function `delete` of this text."""
    names: dict[str, Any] = {"MemorySlot": MemorySlot, "Memslots": Memslots, "__name__": "__main__"}
    exec(f"{head}\n{body}", names)
    return names["delete"]


def right() -> Any:
    """Return a right answer that is not the engine's function."""
    return runpy.run_path(str(ANSWERS / "right" / "03_delete" / "kernel_loop.py"))["delete"]


def wrong(name: str) -> Any:
    """Return a known wrong answer."""
    return runpy.run_path(str(ANSWERS / "wrong" / "03_delete" / f"{name}.py"))["delete"]


# What is no function to check.


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (..., "check() got nothing. Write check(delete): the function to be checked, by its name alone."),
        (None, "check() got None, not a function. Write check(delete): the name alone, without brackets"),
        ("delete", "check() got 'delete', not a function. Write check(delete): the name of a function, without quotes"),
        (7, "check() got 7, not a function."),
        (lambda slots, slot: None, "no exercise asks for a function called '<lambda>'; there is: violations, "),
        (print, "no exercise asks for a function called 'print'; there is: violations, "),
        (Memslots, "no exercise asks for a function called 'Memslots'"),
    ],
)
def test_check_of_no_answer_says_how_to_call_it(value: object, words: str) -> None:
    """What cannot be checked is answered with how to write the call."""
    report = check() if value is ... else check(value)

    assert words in report.text()
    assert not report.passed
    assert report.max_points == 0


def test_check_of_a_misspelt_function_names_the_nearest() -> None:
    """A slip in the function's name is told."""
    answer = right()
    answer.__name__ = "delte"

    assert check(answer).text().endswith("did you mean 'delete'?")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (kernels_delete, "This delete() is the engine's own: run your answer cell"),
        (
            function("    pass", "def delete(slots):"),
            "It is called as delete(slots, slot), but yours is delete(slots).",
        ),
        (function("    pass", "def delete(*, slots, slot):"), "but yours is delete(slots, slot)."),
        (function("    yield"), "contains `yield`"),
        (function("    pass", "async def delete(slots, slot):"), "is an `async def`"),
        (function("    raise NotImplementedError"), "delete() is not written yet"),
        (function("    raise NotImplementedError('Task 3.1')"), "delete() is not written yet"),
    ],
)
def test_check_of_a_function_that_cannot_run_says_why(answer: object, words: str) -> None:
    """No case is run, and the sentence says what to change."""
    report = check(answer)

    assert words in report.text()
    assert "0 of 10 points" in report.text()
    assert not report.passed


# What a function may do.


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    return slots.memslots[1000]", "raised IndexError: list index out of range, in line 2"),
        ("    1 / 0", "raised ZeroDivisionError: division by zero"),
        ("    slots.memslots[slots.used_slots].id", "An entry behind the used ones may be None"),
        ("    slot.npages = 0", "A MemorySlot never changes: put another one into the list instead."),
        ("    slots.length = 0", "A Memslots has memslots, id_to_index, used_slots, capacity, warnings and warn()."),
        ("    used_slots -= 1", "Did you mean slots.used_slots?"),
        ("    return memslots[0]", "Did you mean slots.memslots?"),
        ("    length -= 1", "No line that ran had given it a value"),
        ("    nosuchname", "Is it spelt right?"),
        ("    import sys; sys.exit(0)", "called exit(): a function ends with return"),
        ("    raise BaseException", "raised BaseException: no message"),
        ("    delete(slots, slot)", "was stopped after"),
        ("    raise RecursionError", "called itself until Python gave up"),
        ("    while True: pass", "was stopped after"),
        ("    while True:\n        try: 1 / 0\n        except: pass", "was stopped after"),
        ("    slots.used_slots = '2'", "used_slots is '2', not an int"),
        ("    slots.used_slots -= 1.0", "used_slots is -1.0, not an int"),
        ("    slots.used_slots = None", "used_slots is None, not an int"),
        ("    slots.used_slots = True", "used_slots is True, not an int"),
        (f"{PREFIX}    slots.used_slots -= 1; slots.memslots = None", "slots.memslots is None, not a list"),
        (f"{PREFIX}    slots.used_slots -= 1; slots.memslots = ()", "slots.memslots is (), not a list"),
        (
            f"{PREFIX}    slots.used_slots -= 1; slots.memslots[0] = 'x'",
            "memslots[0] holds 'x', which is no MemorySlot",
        ),
        (
            f"{PREFIX}    slots.used_slots -= 1; slots.memslots[0] = None",
            "memslots[0] holds None, which is no MemorySlot",
        ),
        (f"{PREFIX}    slots.used_slots -= 1; slots.memslots.clear()", "memslots has only 0 entries left"),
    ],
)
def test_check_of_a_wrong_function_answers_in_words(body: str, words: str) -> None:
    """An exception, an endless loop or a wrong type is a failed case with a sentence."""
    report = check(function(body))
    sentences = [group.failure.sentence for group in report.tasks[0].groups if group.failure]

    assert any(words in sentence for sentence in sentences)
    assert "FAIL" in report.text()
    assert "Traceback" not in report.text()


@pytest.mark.parametrize(
    "body",
    [
        "    slots.id_to_index = None",
        "    slots.warnings = None",
        "    slots.warnings.append('x')",
        "    del slots.memslots",
        "    del slots.used_slots",
        "    slots.id_to_index[slot.id] = []",
        "    slots.memslots *= 3",
        "    slots.capacity = 0",
        "    object.__setattr__(slot, 'id', 'x')",
        "    slots.memslots[0] = type('T', (), {'__repr__': lambda s: 1 / 0, '__eq__': lambda s, o: 1 / 0})()",
        "    raise type('E', (Exception,), {'__str__': lambda s: 1 / 0})",
        "    raise type('E', (BaseException,), {'__str__': lambda s: None})",
    ],
)
def test_check_of_a_destructive_function_returns_a_report(body: str) -> None:
    """Whatever is left of the array, there is a report in both forms, and the next check is not harmed."""
    report = check(function(body))

    assert not report.passed
    assert report.text()
    assert report._repr_html_()
    assert report.to_json()["points"] < 10
    assert check(right()).passed


def test_check_shows_what_was_printed_and_prints_nothing() -> None:
    """The output of the smallest failing call is part of the report, that of all others is dropped."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        report = check(function("    print('here', slot.id)\n    import sys; print('there', file=sys.stderr)"))

    assert "It printed:\n  here 0\n  there" in report.text()
    assert out.getvalue() + err.getvalue() == ""


def test_check_keeps_only_the_beginning_of_what_is_printed() -> None:
    """A flood of output does not drown the notebook."""
    assert len(check(function("    print('x' * 10_000_000)")).text()) < 5000


def test_check_ignores_a_return_value() -> None:
    """The exercise says so."""
    answer = right()

    def delete(slots: Memslots, slot: MemorySlot) -> str:
        answer(slots, slot)
        return "done"

    assert check(delete).passed


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("[]", " It returned a list; what is returned is not looked at: change `slots` itself."),
        ("7", " It returned an int; what is returned"),
        ("None", ""),
        ("slots", ""),
    ],
)
def test_check_of_a_failing_call_tells_what_was_returned(value: str, words: str) -> None:
    """Who returns a new list learns that nobody reads it; who returns the array itself has mistaken nothing."""
    failure = check(function(f"    return {value}")).tasks[0].smallest

    assert failure is not None
    assert words in failure.sentence
    assert ("It returned" in failure.sentence) == bool(words)


def test_check_lets_a_function_show_and_print() -> None:
    """What the laboratory's own functions do costs no steps: a right answer may look at what it does."""
    answer = right()

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        print(show(slots), *range(20), sep="\n")  # noqa: T201 - as a learner does
        answer(slots, slot)
        print(show(slots))  # noqa: T201

    assert check(delete).passed


def test_check_of_an_endless_print_names_the_learners_line() -> None:
    """The step budget is spent in the learner's function, never inside what catches the output."""
    failure = check(function("    i = 0\n    while True: print(i)")).tasks[0].smallest

    assert failure is not None
    assert "was stopped after" in failure.sentence
    assert "in line 3, with i = 0." in failure.sentence


@pytest.mark.parametrize("body", ["    1 / 0", "    exit()", "    while True: pass"])
def test_exception_and_endless_loop_have_a_hint_about_their_line(body: str) -> None:
    """A group's hint would lead away from the line that is to be mended."""
    hints = {group.failure.hint for group in check(function(body)).tasks[0].groups if group.failure}

    assert len(hints) == 1
    assert not hints & {group.hint for group in find_task("delete")[1].groups}
    assert re.search("line|round", hints.pop())


def test_unknown_id_says_nothing_of_absent_ids_where_the_id_is_there() -> None:
    """A needless warning is another mistake than a missing one."""
    (failure,) = [group.failure for group in check(wrong("warns_each_time")).tasks[0].groups if group.failure]

    assert failure.case.group == "unknown id"
    assert not failure.absent
    assert failure.hint == "What must be true before a warning is noted?"


def test_report_shows_an_id_that_is_there_before_one_that_is_not() -> None:
    """An answer without the guard and with a loop that slips is shown its loop first, however small the other case."""
    answer = function(
        "    i = slots.id_to_index[slot.id]; slots.used_slots -= 1\n"
        "    slots.memslots[i] = slot; slots.id_to_index[slot.id] = -1"
    )
    result = check(answer).tasks[0]
    absent = [group.failure.case.size for group in result.groups if group.failure and group.failure.absent]

    assert result.smallest is not None
    assert not result.smallest.absent
    assert min(absent) < result.smallest.case.size
    assert result.smallest.case.group == "first"


def test_report_tells_how_to_try_by_hand_in_a_notebook_only() -> None:
    """Two lines to copy and one to look; a terminal has no cell to copy them to."""
    report = check(wrong("stops_one_early"))
    lines = "args = check(delete).example()\nprint(delete(*args))\nshow(args[0])"
    names: dict[str, Any] = {"check": check, "delete": wrong("stops_one_early"), "show": show}
    exec(lines, names)

    assert lines in report._repr_html_()
    assert "example()" not in report.text()
    assert names["args"][0].used_slots == 1


def test_check_leaves_the_interrupt_to_the_person() -> None:
    """Ctrl-C ends a check."""
    with pytest.raises(KeyboardInterrupt):
        check(function("    raise KeyboardInterrupt"))


def test_check_restores_tracing_and_output() -> None:
    """Nothing of the check stays behind in the notebook."""
    before = sys.gettrace(), sys.stdout, sys.stderr
    check(wrong("never_ends"))

    assert (sys.gettrace(), sys.stdout, sys.stderr) == before


# The report.


def test_report_of_a_right_answer_explains() -> None:
    """After the pass stands what is worth knowing."""
    report = check(right())

    assert report.passed
    assert "8 of 8 case groups passed, 10 of 10 points" in report.text()
    assert "compares no GFN" in report.text()


def test_report_of_a_wrong_answer_has_table_case_diff_and_one_hint() -> None:
    """Case, call, got, want; then the smallest failing case, the arrays side by side, and one hint."""
    text = check(wrong("stops_one_early")).text()

    assert "case         call                   got" in text
    assert "FAIL  middle       delete(slots, slot 0)  slots 3, 0" in text
    assert "Failing case: first, an array of 2 slots\n  delete(slots, MemorySlot(id=3" in text
    assert text.count("Hint:") == 1
    assert "!=" in text


def test_report_names_the_learners_line_when_the_runs_part_in_a_helper() -> None:
    """A line number of the engine would be looked for in the wrong file."""

    def update_memslots(slots: Memslots, slot: MemorySlot, change: Change) -> None:
        i = insert_back(slots) if change == "CREATE" else move_backward(slots, slot)
        slots.memslots[i] = slot

    text = " ".join(check(update_memslots).text().split())

    assert "yours warns MOVE_UNKNOWN_ID, the kernel's does not, in line" in text
    assert "else move_backward(slots, slot)`." in text


def test_report_that_is_too_wide_for_a_terminal_takes_more_lines() -> None:
    """What came out stands below a long call, and the call with all its arguments is folded."""

    def classify(slots: Memslots, region: UserspaceMemoryRegion) -> Change:
        return Change.CREATE

    lines = check(classify).text().splitlines()
    failing = lines.index(next(line for line in lines if line.startswith("Failing case")))

    assert lines[3].startswith("FAIL  ids and flags   classify(slots, slot=16, gpa=0x2000000, ")
    assert lines[4] == "        got returned Change.CREATE; want returned 'EINVAL'"
    assert lines[failing + 1] == "  classify(slots, UserspaceMemoryRegion(slot=16, flags=0x0,"
    assert max(map(len, lines[failing : failing + 4])) <= 80


def test_report_of_a_run_that_writes_nothing_names_no_line() -> None:
    """The line of the def would tell nothing."""
    text = check(wrong("says_nothing")).text()

    assert "at the first write the kernel's warns DELETE_UNKNOWN_ID, yours does not." in " ".join(text.split())


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("    return slots.warn()", "Which arguments does the function"),
        ("    length -= 1", "Where does that name get its value"),
        ("    1 / 0", "Which value in that line"),
    ],
)
def test_exception_is_asked_about_by_its_kind(body: str, words: str) -> None:
    """A value is not to blame for every exception."""
    assert f"Hint: {words}" in check(function(body)).text()


def test_exception_that_the_answer_raises_itself_asks_what_should_come_back() -> None:
    """An errno is returned there, not raised."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        raise ValueError("EEXIST")

    assert "Hint: That line raises it itself: what does the task want" in check(delete).text()


def test_report_in_html_holds_the_same_words() -> None:
    """Who sees the picture reads what the terminal shows."""
    report = check(wrong("swaps_in_the_last"))
    html = re.sub("<iframe.*?</iframe>", "", report._repr_html_(), flags=re.DOTALL)  # the steps, a page of its own
    failure = report.tasks[0].smallest

    assert failure is not None
    for words in (failure.sentence, failure.hint, failure.got, "5 of 10 points"):
        assert words in html
    assert "<script" not in html
    assert "<svg" not in html
    assert "class=" not in html


def test_report_as_data_is_plain() -> None:
    """A program gets points, groups and the failure's words."""
    data = check(wrong("forgets_the_shifted_ids")).to_json()
    groups = {group["name"]: group for group in data["tasks"][0]["groups"]}

    assert (data["passed"], data["points"], data["max_points"]) == (False, 8, 10)
    assert groups["index table"]["failure"]["want"] == "id_to_index[0] = 0"
    assert groups["first"]["failure"] is None


def test_report_gives_the_failing_call_to_try_by_hand() -> None:
    """The example is the array before the failing call, and the arguments of that call."""
    slots, slot = check(wrong("shifts_four_at_most")).example()

    assert slots.used_slots == 7
    assert violations(slots) == []
    kernels_delete(slots, slot)
    assert violations(slots) == []


def test_report_without_a_failing_case_has_no_example() -> None:
    """Asking for one is told why there is none."""
    with pytest.raises(LookupError, match="no case failed"):
        check(right()).example()


def test_report_is_the_same_each_time() -> None:
    """Two checks of one answer give the same words: nbval compares them."""
    assert check(wrong("stops_one_early"))._repr_html_() == check(wrong("stops_one_early"))._repr_html_()


# The last cell.


def test_solved_prints_one_line_when_everything_passes(capsys: pytest.CaptureFixture[str]) -> None:
    """The line that nbval compares."""
    solved("03_delete", right())

    assert capsys.readouterr().out == "03_delete: solved; 8 of 8 case groups, 10 of 10 points\n"


@pytest.mark.parametrize(
    ("functions", "words"),
    [
        ("forgets_the_shifted_ids", "03_delete: 7 of 8 case groups passed; next: index table; run check(delete) above"),
        ("does_nothing", "03_delete: 0 of 8 case groups passed; next: one; run check(delete) above"),
        (None, "03_delete: 0 of 8 case groups passed; next: empty; run check(delete) above"),
    ],
)
def test_solved_raises_one_line_with_the_next_step(functions: str | None, words: str) -> None:
    """How far the learner is, what comes next, and where to look."""
    answers = (wrong(functions),) if functions else ()

    with pytest.raises(NotSolvedError) as caught:
        solved("03_delete", *answers)
    assert str(caught.value) == words
    assert caught.value._render_traceback_() == [f"NotSolvedError: {words}"]


def test_solved_does_not_take_the_engines_function() -> None:
    """Importing the answer is no answer."""
    with pytest.raises(NotSolvedError):
        solved("03_delete", engine.delete)


def test_solved_for_an_unknown_exercise_names_the_nearest() -> None:
    """A slip in the last cell is the author's, and is raised."""
    with pytest.raises(UnknownExerciseError, match="did you mean '03_delete'"):
        solved("03_delet")


# Beside the check.


def test_hint_climbs_from_a_question_to_nearly_telling() -> None:
    """Three levels, of a function or of the open task of an exercise."""
    texts = [hint("delete", level).text for level in (1, 2, 3)]

    assert texts[0].startswith("Hint 1 of 3 on delete: ")
    assert texts[0].endswith("moves.")
    assert "?" in texts[0]
    assert len(set(texts)) == 3
    assert hint(kernels_delete, 3).text == texts[2]
    assert hint("03_delete", 2).text == texts[1]
    assert hint(None, 3).text.startswith("no exercise asks for")


@pytest.mark.parametrize(
    ("name", "near"), [("delte", "delete"), ("06_updat", "06_update"), ("06", "06_update"), ("7", "07_walk")]
)
def test_hint_and_solution_for_an_unknown_name_suggest_the_nearest(name: str, near: str) -> None:
    """Whoever begins with a digit means an exercise."""
    for said in (hint(name).text, lab.solution(name).text):
        assert said == f"no exercise asks for a function called {name!r}; did you mean {near!r}?"


@pytest.mark.parametrize("level", ["2", 2.0, None, [2], True, 0, 4, -1])
def test_hint_at_a_level_that_is_not_there_says_how_to_write_it(level: object) -> None:
    """Quotes round the number are answered in words, and no other hint is given in its place."""
    assert hint("delete", level).text.endswith("as the level, want a number from 1 to 3: write hint(delete, 2)")


def test_course_functions_show_no_internals() -> None:
    """The names of the course are plain functions with a docstring."""
    for name in (check, solved, hint, compare):
        assert isinstance(name, FunctionType)
        assert name.__doc__


def test_report_without_tasks_is_not_passed() -> None:
    """Nothing checked is nothing passed."""
    assert not Report("x").passed
