"""Legal sequences of changes, drawn by a seed: ids in any order, no two slots overlap."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import NamedTuple

from memslot_lab.engine import Change, MemorySlot


class Step(NamedTuple):
    """One change."""

    slot: MemorySlot
    change: Change


def legal_steps(seed: int, *, capacity: int, length: int) -> Iterator[Step]:
    """Yield legal changes; deletes hand over a blank slot."""
    rng = Random(seed)
    slots: dict[int, MemorySlot] = {}
    for _ in range(length):
        step = _draw(rng, slots, capacity)
        slots.pop(step.slot.id, None)
        if step.change is not Change.DELETE:
            slots[step.slot.id] = step.slot
        yield step


def _draw(rng: Random, slots: dict[int, MemorySlot], capacity: int) -> Step:
    free_ids = sorted(set(range(capacity)) - slots.keys())
    free_gfns = sorted({8 * i for i in range(2 * capacity)} - {slot.base_gfn for slot in slots.values()})
    if not slots or (free_ids and rng.random() < 0.5):
        return Step(MemorySlot(rng.choice(free_ids), rng.choice(free_gfns), rng.randint(1, 8)), Change.CREATE)
    slot = slots[rng.choice(sorted(slots))]
    change = rng.choice([Change.DELETE, Change.MOVE, Change.FLAGS_ONLY])
    if change is Change.DELETE:
        return Step(MemorySlot(slot.id, 0, 0), change)
    if change is Change.MOVE:
        return Step(replace(slot, base_gfn=rng.choice(free_gfns)), change)
    return Step(replace(slot, flags=slot.flags ^ 1), change)
