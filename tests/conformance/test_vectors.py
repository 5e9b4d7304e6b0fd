"""The engine against the founding mail's C, state by state: 127 recorded sequences."""

from typing import Any

import pytest

from memslot_lab.engine import Memslots, update_memslots, violations

from .operations import digest, expected, like, load_sequences, observe, step

LEGAL = load_sequences("legal")
ILLEGAL = load_sequences("illegal")


def test_vectors_hold_127_sequences_and_15192_states() -> None:
    """No sequence was lost on the way here."""
    states = {len(sequences): sum(len(sequence["states"]) for sequence in sequences) for sequences in (LEGAL, ILLEGAL)}

    assert states == {102: 14_924, 25: 268}


@pytest.mark.parametrize("sequence", [pytest.param(sequence, id=sequence["id"]) for sequence in LEGAL])
def test_engine_after_each_legal_operation_equals_compiled_c(sequence: dict[str, Any]) -> None:
    """Every state is the C's, and no invariant is broken."""
    slots = Memslots(sequence["max_slots"])
    for number, (operation, want) in enumerate(zip(sequence["ops"], sequence["states"], strict=True)):
        got = step(update_memslots, slots, operation)

        assert like(want, got) == expected(want), f"operation {number}: {operation}"
        assert violations(slots) == [], f"operation {number}: {operation}"

    assert got == expected(sequence["final"])
    assert observe(slots)["warnings"] == []


@pytest.mark.parametrize("sequence", [pytest.param(sequence, id=sequence["id"]) for sequence in ILLEGAL])
def test_engine_after_each_illegal_operation_equals_compiled_c(sequence: dict[str, Any]) -> None:
    """Every state is the C's, with each warning in order and the store in front of the array."""
    slots = Memslots(sequence["max_slots"])
    steps = zip(sequence["ops"], sequence["states"], sequence["digests"], strict=True)
    for number, (operation, want, short) in enumerate(steps):
        got = step(update_memslots, slots, operation)

        assert got == expected(want), f"operation {number}: {operation}"
        assert digest(got) == short, f"operation {number}: {operation}"

    assert got == expected(sequence["final"])


def test_engine_after_used_slots_was_forced_to_zero_warns_and_stores_in_front() -> None:
    """A move in an array that was emptied by force meets the second warning; a delete counts below zero."""
    slots = Memslots(4)
    for operation in ("CREATE 2 10 1", "CREATE 3 20 1", "POKE_USED 0"):
        step(update_memslots, slots, operation)

    moved = step(update_memslots, slots, "MOVE 2 30")
    deleted = step(update_memslots, slots, "DELETE 3")

    table = [[3, 20, 1, 0], [2, 10, 1, 0]]
    assert moved == {
        "used": 0,
        "slots": [],
        "stale": table,
        "index": {"3": 0},
        "warnings": ["MOVE_EMPTY"],
        "before_array": [2, 30, 1, 0],
    }
    assert deleted == {
        "used": -1,
        "slots": [],
        "stale": [[3, 0, 0, 0], [2, 10, 1, 0]],
        "index": {},
        "warnings": [],
    }
