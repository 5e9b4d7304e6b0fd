"""The numbers of lesson 10, computed."""

from memslot_lab.engine import Change, MemorySlot
from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, KVM_MEMSLOT_INVALID, Publisher, set_memslot

from .prose import assert_says

LESSON = "10_publishing"


def published() -> Publisher:
    """Return the machine of the lesson."""
    vm = Publisher(capacity=8)
    for slot_id, gfn in [(3, 0x0), (0, 0x100), (5, 0x200), (1, 0x300)]:
        set_memslot(vm, MemorySlot(slot_id, gfn, 0x80), Change.CREATE)
    return vm


def test_generations_are_as_said() -> None:
    """Four creates, then one more; a delete counts twice."""
    vm = published()
    four = vm.active.generation
    assert_says(LESSON, f"so the generation of our machine is {four}. One more create")
    set_memslot(vm, MemorySlot(5, 0, 0), Change.DELETE)
    assert_says(LESSON, f"The generation went from {four} to {vm.active.generation}: two sets were installed")
    vm = published()
    set_memslot(vm, MemorySlot(6, 0x400, 0x80), Change.CREATE)
    assert_says(LESSON, f"During the wait the number is still {four}, with bit 63; then it is {vm.active.generation}.")


def test_bits_are_as_said() -> None:
    """The flag and the generation's bit."""
    assert_says(LESSON, f"bit {KVM_MEMSLOT_INVALID.bit_length() - 1} of `flags`")
    assert_says(LESSON, f"bit {KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS.bit_length() - 1} of the new number is set")
