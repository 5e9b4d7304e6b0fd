"""Learners' answers, right and wrong, run under the recorder as they run without it."""

import runpy
from contextlib import suppress
from pathlib import Path

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, delete, update_memslots
from memslot_lab.watch import Tape, diff, record

ANSWERS = sorted(Path(__file__).parents[1].glob("*/03_delete/*.py"))
ENDLESS = {"never_ends"}


def machine() -> Memslots:
    """Return five slots in no order of their ids."""
    slots = Memslots(capacity=7)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (6, 0x200), (1, 0x300), (4, 0x400)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots


def told(slots: Memslots) -> str:
    """Return everything that an array holds, whatever a learner put there."""
    return repr((slots.memslots, slots.id_to_index, slots.used_slots, slots.warnings, slots.before_array))


@pytest.mark.parametrize("path", ANSWERS, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_record_of_an_answer_ends_as_the_answer_does(path: Path) -> None:
    """The same state at the end, the same exception; its JSON keeps that; and a difference can be told."""
    for slot_id in (0, 1, 2, 3, 4, 6):
        for blank in (MemorySlot(slot_id, 0, 0), MemorySlot(slot_id, 0x200, 0x80)):
            slots, answer = machine(), runpy.run_path(str(path))["delete"]  # anew: one of them remembers a call
            tape = record(answer, slots, blank, steps=3000)
            assert slots == machine()
            assert tape.stopped == (path.stem in ENDLESS and slot_id not in (2, 3))  # absent, and last: no loop

            if not tape.stopped:
                with suppress(Exception):
                    runpy.run_path(str(path))["delete"](slots, blank)
                assert told(tape.after) == told(slots)
            assert Tape.from_json(tape.to_json()).after == tape.after
            assert diff(tape, record(delete, machine(), blank)).sentence


def test_answers_are_there() -> None:
    """The folders were found."""
    assert len(ANSWERS) > 30
