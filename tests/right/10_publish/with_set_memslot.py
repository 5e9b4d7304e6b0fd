"""The package's own way for the delete, and a generation put together by addition."""

from memslot_lab.engine import Change, MemorySlot
from memslot_lab.publish import MemslotSet, Publisher, set_memslot


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old, vm_spaces = vm.active, vm.address_spaces
    in_progress = 1 << 63
    slots.generation = in_progress + old.generation
    vm.publish(slots)
    vm.wait_for_readers()
    slots.generation += vm_spaces - in_progress
    return old


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    set_memslot(vm, MemorySlot(slot_id, 0, 0), Change.DELETE)
