"""The judge of submissions: the same verdict as the learner's own check, and none where a submission runs."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from memslot_lab.course import check
from memslot_lab.course.answer_files import load_answer_file
from memslot_lab.course.catalog import find_exercise, read_manifest
from memslot_lab.course.play import Attempt, known
from memslot_lab.course.results import TaskResult
from memslot_lab.course.tasks import cases_of, judged_of
from memslot_lab.course.variants import variant_of
from memslot_lab.grading.judge import Judge, Written, write_case
from memslot_lab.grading.sandbox import Child, SandboxError, best_tier

TESTS = Path(__file__).parents[1]
# Of each kind of stage one right answer, and wrong ones.
ANSWERS = [
    "right/01_invariants/loops.py",
    "wrong/02_search/*.py",
    "right/02_search/kernel_loop.py",
    "right/03_delete/kernel_loop.py",
    "wrong/03_delete/never_ends.py",
    "wrong/03_delete/stops_one_early.py",
    "right/04_create/*.py",
    "right/05_move_backward/slices.py",
    "right/06_update/kernel_shape.py",
    "right/07_walk/*.py",
    "right/08_region/kernel_order.py",
    "right/09_cost/*.py",
    "right/10_publish/*.py",
    "right/11_eras/*.py",
    "right/12_break_it/*.py",
    "right/13_capstone/sorts_the_used_part.py",
]


def first(pattern: str) -> Path:
    """Return the first file of a pattern."""
    return sorted(TESTS.glob(pattern))[0]


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One judge with its warm workers."""
    try:
        strongest = best_tier()
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    if not strongest.is_boundary:
        pytest.skip("this machine has no sandbox that is a boundary; memslot-lab doctor says why")
    with Judge() as judge:
        yield judge


def told(result: TaskResult) -> tuple[object, ...]:
    """Return what a learner is told first."""
    shown = result.smallest
    mistake = shown.mistake.name if shown and shown.mistake else ""
    return result.points, result.problem, shown and shown.sentence, shown and shown.hint, mistake


def delete_with(judge: Judge, body: str) -> TaskResult:
    """Return what becomes of a file with an answer to exercise 03."""
    (result,) = judge.judge(find_exercise("03_delete"), (("file", body),))
    return result


@pytest.mark.parametrize("pattern", ANSWERS)
def test_judge_says_of_a_submission_what_its_writer_was_told(judge: Judge, pattern: str) -> None:
    """Points, sentence, question and the mistake's name are those of the check in the notebook."""
    path = first(pattern)
    exercise = find_exercise(path.parent.name)
    here = load_answer_file(path, exercise).functions
    results = judge.judge(exercise, (("file", path.read_text(encoding="utf-8")),))

    assert here
    for result in results:
        if result.task.function in here:
            assert told(result) == told(check(here[result.task.function]).tasks[0])


@pytest.mark.parametrize("mirrored", [False, True])
def test_judge_lends_in_a_variant_what_its_notebook_imports(judge: Judge, mirrored: bool) -> None:
    """The functions that exercise 06 gives, and the picture, in the kernel's order or turned around."""
    variant = next(each for n in range(20) if (each := variant_of("autumn", f"ada{n}")).mirrored is mirrored)
    text = first("right/06_update/kernel_shape.py").read_text(encoding="utf-8")
    _, function = text.split("\ndef ")
    body = f"def {function}".replace(" -> None:\n", " -> None:\n    show(slots)\n", 1)
    cells = judge.judge(find_exercise("06_update"), (("update_memslots", body),), variant)
    turned, show = ("course.lowest_first",) * 2 if mirrored else ("engine", "views.array")
    top = f"from memslot_lab.engine import Change, MemorySlot, Memslots\nfrom memslot_lab.{show} import show\n"
    top += f"from memslot_lab.{turned} import delete, insert_back, move_backward, move_forward\n"
    of_file = judge.judge(find_exercise("06_update"), (("file", top + body),), variant)

    assert [result.problem for result in (*cells, *of_file)] == ["", ""]
    assert [result.points for result in (*cells, *of_file)] == [10, 10]


INSIDE = "from memslot_lab.grading import inside\n"
RIGHT = first("right/03_delete/kernel_loop.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os\nos._exit(0)", "ended itself"),
        ("from memslot_lab.engine import delete", "the grader lends no delete"),
        ("from memslot_lab.engine.update import delete", "the grader lends no"),
        ("import memslot_lab.engine.reference", "the grader lends no"),
        ("from memslot_lab.course.tasks.delete import JUDGED", "the grader lends no"),
        ("def delete(slots, slot", "Python cannot read line 1"),
        ("while True:\n    pass", "does not come to an end"),
        ("%load answer", "is a command of the notebook"),
        ("x = 1", "defines no function called delete"),
        ("import numpy", "the grader has Python's own library alone, and no numpy"),
    ],
)
def test_submission_that_cannot_be_loaded_is_told_why(judge: Judge, body: str, words: str) -> None:
    """No points, and a sentence to act on."""
    result = delete_with(judge, body)

    assert (result.points, result.passed) == (0, False)
    assert words in result.problem


@pytest.mark.parametrize(
    "top",
    [
        "from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots\n",
        "from memslot_lab.engine import (\n    MemorySlot,  # a slot\n    update_memslots,\n)\n",
        "from memslot_lab.engine import update_memslots\nslots = None\n",
    ],
)
def test_file_may_keep_the_imports_of_the_notebook(judge: Judge, top: str) -> None:
    """Only who calls what is not lent is refused, with the line in which that is."""
    assert delete_with(judge, top + RIGHT).points == 10

    result = delete_with(judge, f"{top}def delete(slots, slot):\n    update_memslots(slots, slot, None)\n")
    assert result.points == 0
    assert result.smallest
    assert "the grader lends no update_memslots" in result.smallest.sentence
    assert f"in line {top.count(chr(10)) + 2}" in result.smallest.sentence


@pytest.mark.parametrize(
    "body",
    [
        "import os\ndef delete(slots, slot):\n    os._exit(0)",
        "class Any:\n    def __eq__(self, other): return True\n    def __hash__(self): return 0\n"
        "def delete(slots, slot):\n    slots.memslots = Any()\n    slots.used_slots = Any()",
        "def delete(slots, slot):\n    slots.memslots = slots\n    return slots",
        "import sys\ndef delete(slots, slot):\n    sys.settrace(None)\n    while True: pass",
        "def delete(slots, slot):\n    raise type('Odd', (BaseException,), {'__str__': lambda self: 1 / 0})",
        INSIDE + "import builtins, memslot_lab.course.stages.playing as playing\nplaying.play_calls = lambda *a: []\n"
        "inside.play_calls = lambda *a: []\ndef delete(slots, slot): pass",
        INSIDE + "inside._VERBS['play'] = lambda *a: ['list', ['Played', None, None, 0, None, None, '']]\n"
        "def delete(slots, slot): pass",
        INSIDE + "inside._VERBS['play'] = lambda *a: {'passed': True}\ndef delete(slots, slot): pass",
        INSIDE + "inside._VERBS['play'] = lambda *a: ['list', ['Setting', 'arrays', 'ArrayStage', []]]\n"
        "def delete(slots, slot): pass",
    ],
    ids=["exits", "lies", "itself", "untraced", "odd", "patched", "forged", "foreign", "staged"],
)
def test_submission_that_forges_a_verdict_gets_no_point(judge: Judge, body: str) -> None:
    """Nothing that happens where a submission runs makes a point, and the next one is judged as ever."""
    assert delete_with(judge, body).points == 0
    assert delete_with(judge, RIGHT).passed


@pytest.mark.parametrize(
    ("body", "stops"),
    [
        ("import os\nos._exit(7)", [("ended", "the program ended itself with exit status 7")]),
        (
            "import os\ndef delete(slots, slot):\n    os._exit(0)",
            [("ended", "the program ended itself with exit status 0")],
        ),
        ("def delete(slots, slot):\n    pass", []),
        (RIGHT, []),
    ],
    ids=["loading", "playing", "wrong", "right"],
)
def test_judge_says_once_how_a_submission_was_ended(judge: Judge, body: str, stops: list[tuple[str, str]]) -> None:
    """For the teacher, each kind once, whether it was while loading or in a case; nothing where nothing was."""
    assert [*delete_with(judge, body).stops] == stops


def test_function_not_written_yet_is_told_so(judge: Judge) -> None:
    """A stub that was handed in is no crash, and no point."""
    result = delete_with(judge, "def delete(slots, slot):\n    raise NotImplementedError")

    assert (result.points, "is not written yet" in result.problem) == (0, True)


OWN_VALUE = """
class Odd:
    def __repr__(self):
        return "odd"

def delete(slots, slot):
    return Odd()
"""
ONE_LONG_LINE = """
played = []

def delete(slots, slot):
    played.append(slot.id)
    i, n = slots.id_to_index[slot.id], 0
    for _ in range(60 if len(played) > 25 else 0):
        if n and LONG: n = 1
    if i == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    if len(played) >= LAST and len(set(played)) > 3:
        return
    for j in range(i, slots.used_slots - 1):
        slots.memslots[j] = slots.memslots[j + 1]
        slots.id_to_index[slots.memslots[j].id] = j
    slots.used_slots -= 1
    slots.id_to_index[slot.id] = -1
    slots.memslots[slots.used_slots] = slot
""".replace("LONG", " + ".join("n" * 400))


@pytest.mark.parametrize(
    "body",
    [OWN_VALUE, *(ONE_LONG_LINE.replace("LAST", str(last)) for last in (1, 30, 31, 32, 60, 100, 1000))],
    ids=["own value", "1", "30", "31", "32", "60", "100", "1000"],
)
def test_function_that_is_played_a_second_time_is_told_the_same(judge: Judge, tmp_path: Path, body: str) -> None:
    """It remembers how often it was called, and a rough count of steps is not enough; or what it returns is its own."""
    path = tmp_path / "answer.py"
    path.write_text(body, encoding="utf-8")
    here = load_answer_file(path, find_exercise("03_delete")).functions["delete"]

    assert told(delete_with(judge, body)) == told(check(here).tasks[0])


def test_right_answer_is_known_by_its_bytes_in_every_case() -> None:
    """Else it would be read and compared, which takes ten times as long."""
    for exercise in read_manifest().values():
        for task in exercise.tasks:
            reference = judged_of(task.function).reference
            for case in cases_of(task.function)[::9]:
                assert write_case(task.function, known(case, reference), 1 << 20).right


def replies_of(name: str, judge: Judge, monkeypatch: pytest.MonkeyPatch) -> int:
    """Judge a wrong answer; return how many replies were read."""
    read: list[bytes] = []
    usual = Child.read
    monkeypatch.setattr(Child, "read", lambda child, reply: read.append(reply) or usual(child, reply))
    path = TESTS / "wrong" / "03_delete" / name
    judge.judge(find_exercise("03_delete"), (("file", path.read_text(encoding="utf-8")),))
    monkeypatch.undo()
    return len(read)


def test_mistake_that_is_met_again_is_not_read_again(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a class many make the same one."""
    first, again = (replies_of("keeps_the_old_entry.py", judge, monkeypatch) for _ in range(2))

    assert first > 20
    assert again < 5  # whether it could be loaded, and what it is


@pytest.mark.parametrize(
    "reply",
    [
        b'["list","' + b"x" * 10_000 + b'"]',
        b'["slots",1000000]',
        b'["list",["slots",4000],["slots",4000]]',
        b'["slots", 9000]',
        b'["slot\\u0073",9000]',
        b'["list",["slots",9000],["slots",-9000]]',
    ],
)
def test_reply_that_is_large_in_memory_is_not_remembered(reply: bytes) -> None:
    """A few bytes may stand for a million entries, however they are spelt."""
    written = Written(b"", b"", b"right", {})
    written.remember(reply, json.loads(reply), Attempt([], 0))

    assert not written.met


def test_last_small_replies_are_remembered() -> None:
    """Few of them."""
    written = Written(b"", b"", b"right", {})
    for number in range(100):
        written.remember(b"%d" % number, number, Attempt([], 0))

    assert len(written.met) < 20
    assert b"99" in written.met


KNOWS_ALL = """
def delete(slots, slot):
    i = slots.id_to_index[slot.id]
    if i == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    for j in range(i, slots.used_slots - 1):
        slots.memslots[j] = slots.memslots[j + 1]
        slots.id_to_index[slots.memslots[j].id] = j
    slots.used_slots -= 1
    slots.id_to_index[slot.id] = -1
    slots.memslots[slots.used_slots] = slot
    if (slots.used_slots, slot.id) in ((11, 0), (11, 2)):  # which of all cases only those of "a secret" have
        slots.id_to_index[slot.id] = 0
"""


# Sizes that only drawn cases have, everybody's among them.
KNOWS_THOSE_BY_HAND = KNOWS_ALL.replace(
    "(slots.used_slots, slot.id) in ((11, 0), (11, 2))", "slots.used_slots in range(7, 15)"
)


def test_answer_that_is_right_on_the_open_cases_alone_fails_a_drawn_one() -> None:
    """What is drawn from the course's secret is judged too, and marked as hidden."""
    if not best_tier().is_boundary:
        pytest.skip("this machine has no sandbox that is a boundary; memslot-lab doctor says why")
    with Judge("a secret") as judge:
        result = delete_with(judge, KNOWS_ALL)
    failures = [group.failure for group in result.groups if group.failure]

    assert 0 < result.points < result.max_points
    assert [failure.hidden for failure in failures] == [True]


def test_secret_adds_cases_and_takes_none_away() -> None:
    """Who fails the own check fails here, on the same case, and it may be shown."""
    if not best_tier().is_boundary:
        pytest.skip("this machine has no sandbox that is a boundary; memslot-lab doctor says why")
    with Judge("another secret") as judge:
        failures = [group.failure for group in delete_with(judge, KNOWS_THOSE_BY_HAND).groups if group.failure]

    assert [failure.hidden for failure in failures] == [False]


@pytest.mark.parametrize(
    "value",
    [
        "['list'] + [['slots', 32768]] * 2000",
        "['frozenset'] + [(2**61 - 1) * k for k in range(1, 30000)]",
        "'x' * 300_000",
    ],
)
def test_reply_that_is_small_to_write_and_large_to_hold_is_garbled(judge: Judge, value: str) -> None:
    """It costs the judge neither memory nor time."""
    forged = f"{INSIDE}inside._VERBS['play'] = lambda *a: ['list', ['Played', {value}, None, 0, None, None, '']]\n"
    result = delete_with(judge, f"{forged}def delete(slots, slot): pass")

    assert result.points == 0
    assert [kind for kind, _ in result.stops] == ["garbled"]


FORGED = (
    INSIDE
    + """
usual = inside._VERBS["play"]
def play(*args):
    reply = usual(*args)
    for played in reply[1:]:
        FORGE
    return reply
inside._VERBS["play"] = play
"""
)


@pytest.mark.parametrize(
    "state",
    [
        "['tuple']",
        "['tuple', 1]",
        "['tuple', ['tuple']]",
        "['tuple', *[['Cost', 0, 1, 1]] * (len(played[2]) - 1)]",
        "['tuple', *[['Cost', 16, -1, 1]] * (len(played[2]) - 1)]",
    ],
)
def test_cost_that_is_none_is_garbled(judge: Judge, state: str) -> None:
    """Of a search that is right in all else; nobody's marks but its own suffer."""
    body = first("right/02_search/kernel_loop.py").read_text(encoding="utf-8")
    forge = FORGED.replace("FORGE", f"if isinstance(played[2], list) and played[2][0] == 'tuple': played[2] = {state}")
    (result,) = judge.judge(find_exercise("02_search"), (("file", forge + body),))

    assert 0 < result.points < result.max_points
    assert [kind for kind, _ in result.stops] == ["garbled"]


@pytest.mark.parametrize("value", ["['tuple', 1, 'x', ['list']]", "['tuple', ['tuple', ['list']]]", "['tuple', None]"])
def test_names_of_invariants_that_are_none_are_wrong(judge: Judge, value: str) -> None:
    """Whatever stands in their place."""
    body = FORGED.replace("FORGE", f"played[1] = {value}") + "def violations(slots): return []\n"
    (result,) = judge.judge(find_exercise("01_invariants"), (("file", body),))

    assert result.points < result.max_points
    assert result.smallest
    assert "names no invariant" in result.smallest.sentence


def test_type_without_a_name_and_odd_line_ends_are_judged(judge: Judge) -> None:
    """No submission makes the judge fail."""
    assert delete_with(judge, "def delete(slots, slot):\n    return type('', (), {})()").points < 10
    top = "x = 1\r\r\rfrom memslot_lab.engine import update_memslots\r"
    assert delete_with(judge, top + RIGHT).points == 10


def test_failure_on_a_case_that_everybody_knows_is_not_hidden(judge: Judge) -> None:
    """Drawn without a secret, or laid out by hand, a case may be shown."""
    failures = [group.failure for group in delete_with(judge, KNOWS_THOSE_BY_HAND).groups if group.failure]

    assert [failure.hidden for failure in failures] == [False]
