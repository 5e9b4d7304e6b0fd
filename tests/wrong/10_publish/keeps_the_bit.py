"""Bit 63 is set and never cleared."""

from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-keeps-the-bit"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = vm.active
    new = old.generation | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    slots.generation = new
    vm.publish(slots)
    vm.wait_for_readers()
    slots.generation = new + vm.address_spaces
    return old
