"""The browser's reading of a tape is Python's: every state, sentence and count, forward, back and by leaps."""

import json
import random
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, move_forward, search_memslots, update_memslots
from memslot_lab.watch import Tape, record
from memslot_lab.watch.words import local_in_words

STATIC = Path(__file__).parents[2] / "memslot_lab/widgets/static"

# Print what the browser shows at each of some steps, in that order.
SCRIPT = """
import { readFileSync } from "node:fs";
import { decode } from "./tape.mjs";
const { data, steps } = JSON.parse(readFileSync(0, "utf8"));
const tape = decode(data);
const seen = steps.map((step) => {
  const state = tape.at(step);
  const { memslots, idToIndex, usedSlots, beforeArray, warnings, line, hole, locals, shifts, compares, reads } = state;
  const [name, sentence] = [tape.functions[state.f].name, tape.sentence(step)];
  return { memslots: [...memslots], idToIndex: [...idToIndex], usedSlots, beforeArray, warnings: [...warnings],
    line, hole, locals: { ...locals }, shifts, compares, reads, name, sentence,
    words: Object.entries(locals).map((each) => tape.local(each)) };
});
console.log(JSON.stringify(seen));
"""


def array(count: int, capacity: int) -> Memslots:
    """Return so many slots, the highest id in front."""
    slots = Memslots(capacity)
    for i in range(count):
        update_memslots(slots, MemorySlot(i, (i + 1) * 0x100, 0x80), Change.CREATE)
    return slots


def scribbler(slots: Memslots, slot: MemorySlot) -> int:
    """Do what no kernel does: shrink, grow, write nonsense, fail."""
    slots.memslots.pop()
    slots.id_to_index.append(7)
    slots.memslots.insert(0, slot)
    slots.memslots[1:3] = [slot, slot]
    slots.memslots[2] = "{nonsense}"  # type: ignore[call-overload]
    slots.used_slots = "two"  # type: ignore[assignment]
    del slots.id_to_index[1]
    return slots.memslots[99].id


def endless(slots: Memslots) -> None:
    """Never end."""
    while slots.used_slots:
        slots.id_to_index[0] = 1


def warned() -> Memslots:
    """Return an array that has a warning already."""
    slots = array(2, 6)
    update_memslots(slots, MemorySlot(5, 0x100, 8), Change.MOVE)
    return slots


TAPES: dict[str, Callable[[], Tape]] = {
    "create": lambda: record(update_memslots, array(3, 8), MemorySlot(5, 0x180, 0x40), Change.CREATE),
    "move": lambda: record(update_memslots, array(8, 16), MemorySlot(2, 0x950, 0x40), Change.MOVE),
    "delete": lambda: record(delete, array(8, 16), MemorySlot(5, 0, 0)),
    "warning": lambda: record(update_memslots, warned(), MemorySlot(4, 0x100, 8), Change.MOVE),
    "hole handed in": lambda: record(move_forward, array(5, 8), MemorySlot(2, 0x900, 8), 2),
    "search": lambda: record(search_memslots, array(40, 64), 0x810),
    "scribbler": lambda: record(scribbler, array(4, 6), MemorySlot(9, 0x100, 8)),
    "endless": lambda: record(endless, array(2, 4), steps=300),
    "200 slots": lambda: record(update_memslots, array(200, 256), MemorySlot(2, 0x10000, 8), Change.MOVE),
}


@pytest.fixture
def in_browser(require_program: Callable[..., str], tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Return a function that gives what tape.js makes of a tape at some steps."""
    node = require_program("node")
    (tmp_path / "tape.mjs").write_text((STATIC / "tape.js").read_text())
    (tmp_path / "main.mjs").write_text(SCRIPT)

    def run(data: dict[str, Any], steps: list[int]) -> list[dict[str, Any]]:
        asked = json.dumps({"data": data, "steps": steps})
        command = [node, str(tmp_path / "main.mjs")]
        done = subprocess.run(command, input=asked, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def in_python(tape: Tape, step: int) -> dict[str, Any]:
    """Return the same from the tape itself."""
    tables, frame = tape.tables(step), tape[step]
    past = tape[: step + 1]
    return {
        "memslots": tables.memslots[:],
        "idToIndex": tables.id_to_index[:],
        "usedSlots": tables.used_slots,
        "beforeArray": tables.before_array,
        "warnings": tables.warnings[:],
        "line": frame.line,
        "hole": frame.hole,
        "locals": frame.locals,
        "shifts": sum(each.shifts for each in past),
        "compares": sum(comparison.counts for each in past for comparison in each.compares),
        "reads": sum(len(each.reads) for each in past),
        "name": frame.function,
        "sentence": frame.sentence,
        "words": [local_in_words(*each) for each in frame.locals.items()],
    }


@pytest.mark.parametrize("name", TAPES)
def test_tape_in_the_browser_is_as_in_python_at_every_step(
    name: str, in_browser: Callable[..., list[dict[str, Any]]]
) -> None:
    """Forward, back, and to steps drawn by lot."""
    tape = TAPES[name]()
    forward = list(range(len(tape)))
    steps = [*forward, *reversed(forward), *random.Random(3).choices(forward, k=50)]

    seen = in_browser(tape.to_json(), steps)
    want = {step: in_python(tape, step) for step in forward}
    assert [each for each, step in zip(seen, steps, strict=True) if each != want[step]] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "song"}, "no memslot_lab tape"),
        ({"version": 9}, "of version 9, and this stepper reads version 1"),
        ({"frames": []}, "damaged: it has no frames"),
        ({"rows": []}, "damaged: row"),
        ({"frames": [{"s": [99]}]}, "damaged: frame 0 names a sentence"),
        ({"frames": [None]}, "damaged: frame 0"),
        ({"start": None}, "damaged"),
    ],
)
def test_tape_that_cannot_be_read_is_refused_in_words(
    change: dict[str, Any], message: str, in_browser: Callable[..., list[dict[str, Any]]]
) -> None:
    """The message says what is wrong and what to do."""
    with pytest.raises(AssertionError) as caught:
        in_browser({**TAPES["create"]().to_json(), **change}, [0])

    assert message in str(caught.value)
