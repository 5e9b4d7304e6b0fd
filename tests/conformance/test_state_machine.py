"""The engine beside `reference.py`, on whatever legal operations Hypothesis thinks of."""

from dataclasses import replace

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    for_each_memslot,
    gfn_to_memslot,
    id_to_memslot,
    reference,
    search_memslots,
    update_memslots,
    violations,
)

CAPACITY = 6
GFNS = 20  # small, so that ranges touch and are moved past each other
LARGEST = 4


class TwoArrays(RuleBasedStateMachine):
    """One array kept by the engine, one sorted anew after each legal operation."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Memslots(CAPACITY)
        self.reference = Memslots(CAPACITY)

    @precondition(lambda self: self.engine.used_slots < CAPACITY)
    @rule(data=st.data(), flags=st.integers(0, 3))
    def create(self, data: st.DataObject, flags: int) -> None:
        """Add a slot with a free id on free frames."""
        slot_id = data.draw(st.sampled_from(sorted(set(range(CAPACITY)) - set(self.present()))), "id")
        npages = data.draw(st.integers(1, LARGEST), "npages")
        if starts := self.free_starts(npages):
            self.update(MemorySlot(slot_id, data.draw(st.sampled_from(starts), "gfn"), npages, flags), Change.CREATE)

    @precondition(lambda self: self.engine.used_slots)
    @rule(data=st.data(), flags=st.integers(0, 3))
    def move(self, data: st.DataObject, flags: int) -> None:
        """Move a slot to free frames, perhaps over its own old ones, perhaps with other flags."""
        slot = self.pick(data)
        starts = self.free_starts(slot.npages, besides=slot)
        base_gfn = data.draw(st.sampled_from(starts), "gfn")
        self.update(replace(slot, base_gfn=base_gfn, flags=flags), Change.MOVE)

    @precondition(lambda self: self.engine.used_slots)
    @rule(data=st.data(), flags=st.integers(0, 3))
    def set_flags(self, data: st.DataObject, flags: int) -> None:
        """Give a slot other flags."""
        self.update(replace(self.pick(data), flags=flags), Change.FLAGS_ONLY)

    @precondition(lambda self: self.engine.used_slots)
    @rule(data=st.data(), blank=st.booleans())
    def delete(self, data: st.DataObject, blank: bool) -> None:
        """Delete a slot, handing over a blank one, as the kernel does, or the whole."""
        slot = self.pick(data)
        self.update(MemorySlot(slot.id, 0, 0) if blank else slot, Change.DELETE)

    @invariant()
    def no_invariant_is_broken(self) -> None:
        """Highest GFN first, the table names each entry, absent ids have -1."""
        assert violations(self.engine) == []

    @invariant()
    def both_arrays_are_equal(self) -> None:
        """Both hold the same used entries, stale copies, id table and count."""
        assert self.engine.memslots == self.reference.memslots
        assert self.engine.id_to_index == self.reference.id_to_index
        assert self.engine.used_slots == self.reference.used_slots

    @invariant()
    def a_legal_operation_never_warns(self) -> None:
        """Nothing is warned of, nothing is stored in front of the array."""
        assert self.engine.warnings == []
        assert self.engine.before_array is None

    @invariant()
    def lookups_agree_at_every_border(self) -> None:
        """Bisection and cursor find what a search from one end to the other finds."""
        borders = {0, GFNS + LARGEST}
        for slot in self.used():
            end = slot.base_gfn + slot.npages
            borders |= {max(slot.base_gfn - 1, 0), slot.base_gfn, end - 1, end}
        for gfn in borders:
            found = reference.find(self.reference, gfn)
            assert search_memslots(self.engine, gfn) == found, f"gfn {gfn}"
            assert gfn_to_memslot(self.engine, gfn) == found, f"gfn {gfn}, cursor {self.engine.last_used_slot}"

    @invariant()
    def walks_and_ids_agree(self) -> None:
        """Each walk yields the used entries in order; each id finds its slot or nothing."""
        assert list(for_each_memslot(self.engine)) == self.used()
        by_id = {slot.id: slot for slot in self.used()}
        assert [id_to_memslot(self.engine, i) for i in range(CAPACITY)] == [by_id.get(i) for i in range(CAPACITY)]

    def update(self, slot: MemorySlot, change: Change) -> None:
        """Do the same to both arrays."""
        update_memslots(self.engine, slot, change)
        reference.update(self.reference, slot, change)

    def used(self) -> list[MemorySlot]:
        """Return the used slots of the reference."""
        return self.reference.memslots[: self.reference.used_slots]

    def present(self) -> list[int]:
        """Return the ids in use, ascending."""
        return sorted(slot.id for slot in self.used())

    def pick(self, data: st.DataObject) -> MemorySlot:
        """Draw a slot in use."""
        slot_id = data.draw(st.sampled_from(self.present()), "id")
        return next(slot for slot in self.used() if slot.id == slot_id)

    def free_starts(self, npages: int, *, besides: MemorySlot | None = None) -> list[int]:
        """Return where `npages` frames fit between the slots, `besides` not counted."""
        held = {
            gfn for slot in self.used() if slot != besides for gfn in range(slot.base_gfn, slot.base_gfn + slot.npages)
        }
        return [gfn for gfn in range(GFNS) if held.isdisjoint(range(gfn, gfn + npages))]


TestTwoArrays = TwoArrays.TestCase
# The same 150 runs every time: a failure in one place is a failure everywhere. No phase that explains: it doubles the
# time until a failure is told.
TestTwoArrays.settings = settings(
    max_examples=150,
    stateful_step_count=30,
    derandomize=True,
    deadline=None,
    phases=(Phase.generate, Phase.shrink),
)
