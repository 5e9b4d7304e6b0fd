"""Bit 63 is never set."""

from memslot_lab.publish import MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-never-says-in-progress"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    old = vm.active
    vm.publish(slots)
    vm.wait_for_readers()
    slots.generation = old.generation + vm.address_spaces
    return old
