"""The tape of a submission's call: as the recorder made it, and no harm in one that lies."""

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

import pytest

from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.mutants import load_mutants
from memslot_lab.course.play import stage_before
from memslot_lab.course.results import Failure, Runs
from memslot_lab.course.variants import cases_in, judged_in
from memslot_lab.engine import MemorySlot, Memslots, delete, update_memslots
from memslot_lab.grading.judge import Judge
from memslot_lab.grading.sandbox import SandboxError, best_tier
from memslot_lab.grading.tapes import read_tape
from memslot_lab.watch import diff, record

SLOT = MemorySlot(2, 0x100, 0x80)
INSIDE = "from memslot_lab.grading import inside\n"


def small_array() -> Memslots:
    """Return an array of two slots."""
    slots = Memslots(4)
    slots.memslots[:2] = [SLOT, MemorySlot(1, 0, 0x80)]
    slots.id_to_index[:3] = [-1, 1, 0]
    slots.used_slots = 2
    return slots


def sent() -> dict[str, Any]:
    """Return the tape of a delete as a child sends it."""
    return json.loads(json.dumps(record(delete, small_array(), SLOT).to_json()))


def runs() -> Iterator[tuple[Any, Memslots, Any]]:
    """Yield what the known mistakes do: the function, the array, the arguments."""
    for mutant in load_mutants():
        for name in {"delete", "move_forward", "update_memslots"} & {*vars(mutant.module())}:
            case = next(case for case in cases_in(name, None) if case.size[0] == 3)
            array = stage_before(case, 0, judged_in(name, None).reference).array
            assert array
            yield getattr(mutant.module(), name), array, case.calls[0]


def test_tape_of_every_known_mistake_is_read_as_it_was_recorded() -> None:
    """Sentences, origins, holes and captions are made anew here, and are the recorder's own."""
    tapes = [(record(function, array, *args, steps=3000), array, args) for function, array, args in runs()]

    assert len(tapes) > 20
    for tape, array, args in tapes:
        read = read_tape(json.loads(json.dumps(tape.to_json())), array, args)
        assert read
        assert read.to_json() == tape.to_json()


def test_tape_with_format_strings_of_its_own_says_the_recorders_sentences() -> None:
    """No template of a stranger is ever filled in."""
    tape = sent()
    tape["says"] = ["{0.__class__.__mro__}"] * len(tape["says"])
    tape["functions"][0]["caption"] = "{0.__class__}"
    read = read_tape(tape, small_array(), (SLOT,))

    assert read
    assert read.to_json() == record(delete, small_array(), SLOT).to_json()


def test_tape_with_braces_in_a_source_line_shows_them_as_they_are() -> None:
    """A line that is a sentence itself is no format string either."""
    tape = sent()
    line = next(frame.line for frame in record(delete, small_array(), SLOT) if frame.sentence.startswith("ask:"))
    tape["functions"][0]["source"] = [[line, "if {0.__class__} and {1}:"]]
    read = read_tape(tape, small_array(), (SLOT,))

    assert read
    assert any("{0.__class__} and {1}" in frame.sentence for frame in read)


def changed(path: str, value: object) -> dict[str, Any]:
    """Return the tape with another value at one place."""
    tape: Any = sent()
    *way, last = [int(step) if step.isdecimal() else step for step in path.split("/")]
    inner = tape
    for step in way:
        inner = inner[step]
    inner[last] = value
    return tape


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 2),
        ("capacity", 10**9),
        ("capacity", True),
        ("title", 7),
        ("title", "x" * 500),
        ("functions", []),
        ("functions", [{"name": "delete", "source": [[1, "x"]] * 3000}]),
        ("functions/0/source", [[1]]),
        ("functions/0/source", [[1, None]]),
        ("rows/0", [1, 2, 3, 4]),
        ("rows/0", [1, 2, 3, 4, True]),
        ("rows/0", [1, 2, 3, 4, -5]),
        ("rows/0", [1, 2, 3, 4, 1 << 70]),
        ("start/memslots", [0, 99]),
        ("start/memslots", [1, 0]),
        ("start/used_slots", 1),
        ("start/used_slots", None),
        ("frames", []),
        ("frames", [None]),
        ("frames", [{"n": 1}] * 9000),
        ("frames/0/k", "explode"),
        ("frames/0/k", ["call"]),
        ("frames/1/f", 5),
        ("frames/1/n", "1"),
        ("frames/1/d", -1),
        ("frames/1/d", 10**6),
        ("frames/1/v", {"a.b": 1}),
        ("frames/1/v", {"i": [1]}),
        ("frames/1/r", [[9, 0]]),
        ("frames/1/r", [[0]]),
        ("frames/1/w", [[0, 10**9, 0]]),
        ("frames/1/w", [[0, -1, 0]]),
        ("frames/1/w", [[0, 0, 77]]),
        ("frames/1/w", [[5, 0, 10**9]]),
        ("frames/1/w", [[3, 0, 5]]),
        ("frames/1/c", [["__lt__", 0, 1, 1]]),
        ("frames/1/c", [["<", None, None, 1]]),
        ("frames/1/c", [["<", 0, 1, 2]]),
        ("returned", 3),
        ("arguments", {}),
    ],
)
def test_odd_tape_is_none(path: str, value: object) -> None:
    """A type, a number or a length that no recorder writes: no recording, and no exception."""
    assert read_tape(sent(), small_array(), (SLOT,))
    assert read_tape(changed(path, value), small_array(), (SLOT,)) is None


@pytest.mark.parametrize("key", sorted(sent()))
def test_tape_without_one_of_its_parts_is_none_or_whole(key: str) -> None:
    """What is missing is made here, or there is no recording."""
    tape = sent()
    del tape[key]
    read = read_tape(tape, small_array(), (SLOT,))

    assert read is None or read.to_json() == record(delete, small_array(), SLOT).to_json()


@pytest.mark.parametrize("data", [None, 7, "tape", [], [[]], {}, {"format": "memslot_lab tape"}])
def test_what_is_no_tape_is_none(data: object) -> None:
    """Any plain data may come."""
    assert read_tape(data, small_array(), (SLOT,)) is None


ANYTHING: tuple[Any, ...] = (
    None,
    True,
    0,
    1,
    -1,
    3,
    64,
    4096,
    1 << 40,
    "",
    "x",
    "{0}",
    "{",
    [],
    {},
    [0],
    [0, 0, 0],
    [[0, 1]],
    {"a": 1},
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in plain data, each as what holds it and its key there."""
    keys = list(value) if hasattr(value, "keys") else range(len(value)) if hasattr(value, "append") else ()
    for key in keys:
        yield value, key
        yield from places(value[key])


def test_tape_with_anything_in_it_is_none_or_can_be_compared_and_shown() -> None:
    """What is let through does no harm to the judge: compared with the right run, its line found, each frame said."""
    rng, right = Random(7), record(delete, small_array(), SLOT)
    read = 0
    for _ in range(600):
        data = sent()
        for _ in range(rng.choice((1, 1, 3))):
            holder, key = rng.choice([*places(data)])
            holder[key] = deepcopy(rng.choice(ANYTHING))
        tape = read_tape(data, small_array(), (SLOT,))
        if tape is not None:
            runs = Runs(tape, right, diff(tape, right))
            read += bool(runs.at or str(runs.parting)) and len([frame.sentence for frame in tape]) > 0
            json.dumps(tape.to_json())

    assert 100 < read < 500


# From the sandbox.


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """One judge that records."""
    try:
        strongest = best_tier()
    except SandboxError as error:
        pytest.skip(f"no sandbox here: {error}")
    if not strongest.is_boundary:
        pytest.skip("this machine has no sandbox that is a boundary; memslot-lab doctor says why")
    with Judge(tapes=True) as judge:
        yield judge


def shown(judge: Judge, exercise: str, text: str) -> Failure:
    """Return the failure that is shown first of a file that is wrong."""
    failures = [result.smallest for result in judge.judge(find_exercise(exercise), (("file", text),))]
    (failure,) = [failure for failure in failures if failure]
    return failure


FORGETS = "def update_memslots(slots, slot, change):\n    slots.used_slots += 0\n    i = slots.used_slots\n"


def test_recording_of_a_submission_lies_beside_the_kernels(judge: Judge) -> None:
    """It has the submission's own lines, begins with the case's array, and says where the two part."""
    failure = shown(judge, "06_update", FORGETS)

    assert failure.runs
    assert failure.runs.own[1].source == "slots.used_slots += 0"
    assert failure.runs.right.title.startswith("update_memslots(slots, slot ")
    assert failure.runs.parting


def test_judge_records_nothing_unless_asked(judge: Judge) -> None:
    """Without pages a wrong answer has no runs."""
    with Judge() as plain:
        assert shown(plain, "06_update", FORGETS).runs is None


@pytest.mark.parametrize(
    "body",
    [
        INSIDE + "inside._VERBS['record'] = lambda *a: {'frames': [[]]}\n",
        INSIDE + "import os\ninside._VERBS['record'] = lambda *a: os._exit(0)\n",
        INSIDE + "inside._VERBS['record'] = lambda *a: 'x' * (1 << 24)\n",
        INSIDE + "inside._VERBS['record'] = lambda *a: 10 ** 400\n",
        INSIDE + "\ndef ever(*a):\n    while True:\n        pass\ninside._VERBS['record'] = ever\n",
        INSIDE + "inside.encode_tape = lambda tape: {'title': float('nan')}\n",
        "import memslot_lab.watch.recorder as r\nr._Recorder.play = None\n",
    ],
    ids=["lies", "exits", "large", "digits", "endless", "nan", "recorder"],
)
def test_lying_recorder_leaves_the_mark_as_it_is(judge: Judge, body: str) -> None:
    """There is only no recording; points and sentence are those of an honest wrong answer."""
    honest, lying = shown(judge, "06_update", FORGETS), shown(judge, "06_update", body + FORGETS)

    assert lying.runs is None
    assert (lying.sentence, lying.got, lying.want) == (honest.sentence, honest.got, honest.want)


def test_function_that_never_ends_is_recorded_up_to_its_budget(judge: Judge) -> None:
    """The last frame says that it was stopped."""
    failure = shown(judge, "06_update", "def update_memslots(slots, slot, change):\n    while True:\n        pass\n")

    assert failure.runs
    assert failure.runs.own.stopped
    assert update_memslots.__name__ in failure.runs.own.title
