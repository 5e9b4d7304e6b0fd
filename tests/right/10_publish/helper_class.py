"""A writer that remembers what it replaced."""

from dataclasses import replace

from memslot_lab.engine import Change, MemorySlot, update_memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    KVM_MEMSLOT_INVALID,
    MemslotSet,
    Publisher,
)


class Writer:
    def __init__(self, vm: Publisher) -> None:
        self.vm = vm
        self.old = vm.active

    def swap(self, new: MemslotSet) -> None:
        self.old = self.vm.active
        new.generation = self.old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
        self.vm.publish(new)
        self.vm.wait_for_readers()
        new.generation = self.old.generation + self.vm.address_spaces


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    writer = Writer(vm)
    writer.swap(slots)
    return writer.old


def delete_memslot(vm: Publisher, slot_id: int) -> None:
    writer, first, marked = Writer(vm), vm.active, vm.active.copy()
    for i, slot in enumerate(marked.memslots[: marked.used_slots]):
        if slot.id == slot_id:
            marked.memslots[i] = replace(slot, flags=slot.flags | KVM_MEMSLOT_INVALID)
    writer.swap(marked)
    update_memslots(first, MemorySlot(slot_id, 0, 0), Change.DELETE)
    writer.swap(first)
    vm.free(writer.old)
