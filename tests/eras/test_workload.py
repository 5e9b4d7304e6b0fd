"""One row of changes on three kernels."""

import pytest

from memslot_lab.engine import Memslots, update_memslots
from memslot_lab.eras import v5_6
from memslot_lab.eras.workload import Counts, counts_of
from memslot_lab.watch import record

from .sequences import legal_steps


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_recorded_runs(seed: int) -> None:
    """Shifts as the recorder counts them, copies as the arrays have entries."""
    steps = list(legal_steps(seed, capacity=12, length=40))
    old, new, shifts, copied = v5_6.alloc_memslots(12), Memslots(12), [0, 0], 0
    for slot, change in steps:
        copied += new.used_slots
        tapes = record(v5_6.update_memslots, old, slot, change), record(update_memslots, new, slot, change)
        old, new = (tape.after for tape in tapes)
        shifts = [total + tape.shifts for total, tape in zip(shifts, tapes, strict=True)]
    counts = counts_of(steps, capacity=12)

    assert [counts.v5_6, counts.v5_7] == shifts
    assert (counts.copied_5_6, counts.copied_5_7) == (12 * len(steps), copied)
    assert counts.v5_17 > 0


def test_counts_of_nothing_are_zero() -> None:
    """No change, no cost."""
    assert counts_of([]) == Counts()
