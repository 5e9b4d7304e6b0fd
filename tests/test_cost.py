"""The closed forms against what the original C counted, on every legal vector."""

from typing import Any

import pytest

from memslot_lab.cost import Cost, cost_of
from memslot_lab.engine import Change, Memslots, update_memslots

from .conformance.operations import apply, load_sequences


@pytest.mark.parametrize("sequence", load_sequences("legal"), ids=lambda sequence: sequence["id"])
def test_cost_of_every_legal_operation_is_what_c_counted(sequence: dict[str, Any]) -> None:
    """Shifts and comparisons follow from the ranks alone."""
    slots = Memslots(sequence["max_slots"])
    changes = {"CREATE": Change.CREATE, "MOVE": Change.MOVE, "FLAGS": Change.FLAGS_ONLY, "DELETE": Change.DELETE}
    for operation, want in zip(sequence["ops"], sequence["states"], strict=True):
        verb, slot_id = operation.split()[0], int(operation.split()[1])
        used_slots, old = slots.used_slots, slots.id_to_index[slot_id]
        apply(update_memslots, slots, operation)

        cost = cost_of(changes[verb], used_slots=used_slots, old=old, new=slots.id_to_index[slot_id])

        shifts, compares = want["shifts"], want["compares"]
        assert cost == Cost(
            shifts["delete"], shifts["backward"], shifts["forward"], compares["backward"], compares["forward"]
        ), operation


def test_cost_of_ascending_creates_is_quadratic() -> None:
    """Ascending creates of n slots shift n(n-1)/2 entries, descending ones none."""
    n = 509

    up = sum(cost_of(Change.CREATE, used_slots=used, old=-1, new=0).shifts for used in range(n))
    down = sum(cost_of(Change.CREATE, used_slots=used, old=-1, new=used).shifts for used in range(n))

    assert (up, down) == (n * (n - 1) // 2, 0)
    assert up == 129_286
