"""Exercise 10: what a reader finds includes the flags, and each difference asks a question that fits it."""

from collections.abc import Callable

from memslot_lab.course.catalog import find_task
from memslot_lab.course.judge import judge
from memslot_lab.course.report import Failure
from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, KVM_MEMSLOT_INVALID, MemslotSet, Publisher, install


def smallest(function: Callable[..., object]) -> Failure:
    """Return the failure that a learner sees."""
    found = judge(find_task(function.__name__)[1], function).smallest
    assert found
    return found


def test_mark_that_replaces_the_flags_is_told_with_both_numbers() -> None:
    """The slot had a flag before; it must be there beside INVALID."""

    def delete_memslot(vm: Publisher, slot_id: int) -> None:
        original, marked = vm.active, vm.active.copy()
        at = marked.id_to_index[slot_id]
        slot = marked.memslots[at]
        assert slot
        marked.memslots[at] = MemorySlot(slot.id, slot.base_gfn, slot.npages, KVM_MEMSLOT_INVALID)
        install(vm, marked)
        update_memslots(original, MemorySlot(slot_id, 0, 0), Change.DELETE)
        vm.free(install(vm, original))

    assert "with the flags 0x10000; want 0x10001." in smallest(delete_memslot).sentence


def test_set_that_is_freed_and_returned_asks_who_works_with_it() -> None:
    """Together with another mistake, so that the known one has no name here."""

    def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
        old = vm.active
        slots.generation |= KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
        vm.publish(slots)
        vm.wait_for_readers()
        slots.generation = old.generation + 1
        vm.free(old)
        return old

    assert smallest(install_new_memslots).hint == "Who works with the old set after your function has returned it?"
