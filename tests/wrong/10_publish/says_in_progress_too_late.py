"""Bit 63 is set after the set was published."""

from memslot_lab.publish import KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS, MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-says-in-progress-too-late"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    before = vm.active
    number = before.generation
    vm.publish(slots)
    slots.generation = number | KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    vm.wait_for_readers()
    slots.generation = number + vm.address_spaces
    return before
