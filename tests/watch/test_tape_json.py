"""A tape goes to JSON and comes back whole; what is no tape is refused with a reason."""

import json
from typing import Any

import pytest

from memslot_lab.course.mutants import load_mutants
from memslot_lab.engine import Change, MemorySlot, Memslots, search_memslots, update_memslots
from memslot_lab.watch import Tape, TapeError, record


def machine(n: int, *, userspace_addr: int = 0) -> Memslots:
    """Return an array of n - 1 slots with room for one more."""
    slots = Memslots(capacity=n)
    for slot_id in range(n - 1):
        update_memslots(slots, MemorySlot(slot_id, slot_id * 16, 16, 0, userspace_addr), Change.CREATE)
    return slots


def highest(n: int) -> Tape:
    """Return the tape of the worst create: the highest GFN of all."""
    return record(update_memslots, machine(n), MemorySlot(n - 1, n * 16, 16), Change.CREATE)


@pytest.fixture
def data() -> dict[str, Any]:
    """A small tape as it arrives from elsewhere."""
    return json.loads(json.dumps(highest(4).to_json()))  # type: ignore[no-any-return]


def test_json_round_trip_keeps_every_frame_and_state() -> None:
    """Sentences, locals, holes, reads, writes, comparisons, counts: all of a right and of every wrong run."""
    slots = machine(5)
    functions = [update_memslots, *(mutant.module().update_memslots for mutant in load_mutants())]
    for function in functions:
        for slot, change in [(MemorySlot(4, 0x18, 1), Change.CREATE), (MemorySlot(1, 0x28, 16), Change.MOVE)]:
            tape = record(function, slots, slot, change)

            back = Tape.from_json(json.loads(json.dumps(tape.to_json())))

            assert repr(back) == repr(tape)
            assert back.after == tape.after
            for one, other in zip(back, tape, strict=True):
                assert (one.kind, one.line, one.depth, one.sentence) == (
                    other.kind, other.line, other.depth, other.sentence,
                )  # fmt: skip
                assert (one.locals, one.hole, one.source) == (other.locals, other.hole, other.source)
                assert (one.reads, one.writes, one.compares) == (other.reads, other.writes, other.compares)


def test_json_comparison_with_a_plain_gfn_is_kept() -> None:
    """A number that belongs to no slot has no row to tell it."""
    tape = record(search_memslots, machine(5), 0x21)

    back = Tape.from_json(tape.to_json())

    assert [frame.compares for frame in back] == [frame.compares for frame in tape]


def test_json_of_the_worst_create_is_small() -> None:
    """509 slots, 508 shifts: within 200 KB, also with host addresses as long as real ones."""
    n = 509
    for userspace_addr, limit in [(0, 200_000), (0x7FFFF0000000, 205_000)]:
        tape = record(
            update_memslots, machine(n, userspace_addr=userspace_addr), MemorySlot(n - 1, n * 16, 16), Change.CREATE
        )

        assert (tape.shifts, len(tape)) == (508, 3579)
        assert len(json.dumps(tape.to_json(), separators=(",", ":"))) <= limit


@pytest.mark.parametrize("data", [None, 3, [], {}, {"format": "something else"}])
def test_from_json_what_is_no_tape_is_refused(data: object) -> None:
    """The message says where a tape comes from."""
    with pytest.raises(TapeError, match=r"no tape of memslot_lab; pass what Tape.to_json\(\) gave"):
        Tape.from_json(data)


def test_from_json_other_version_is_refused(data: dict[str, Any]) -> None:
    """The message names both versions."""
    data["version"] = 9

    with pytest.raises(TapeError, match="tape version 9: this memslot_lab reads version 1; record it anew"):
        Tape.from_json(data)


@pytest.mark.parametrize("key", ["title", "functions", "rows", "start", "says", "frames", "capacity"])
@pytest.mark.parametrize("damage", ["missing", 7, "x"])
def test_from_json_damaged_tape_is_refused(data: dict[str, Any], key: str, damage: object) -> None:
    """A part that is missing or of another kind is told as damage, whatever it breaks."""
    if damage == "missing":
        del data[key]
    elif key == "title" or (key == "capacity" and damage == 7):
        pytest.skip("that is no damage")
    else:
        data[key] = damage

    with pytest.raises(TapeError, match="damaged"):
        Tape.from_json(data)
