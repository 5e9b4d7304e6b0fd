"""The array that most of these tests begin with."""

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots


@pytest.fixture
def slots() -> Memslots:
    """Four slots, highest GFN first: 1, 5, 0, 3."""
    slots = Memslots(capacity=8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        update_memslots(slots, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return slots
