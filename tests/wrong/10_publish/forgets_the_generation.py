"""The copied generation stays."""

from memslot_lab.publish import MemslotSet, Publisher

FAILS = ["generation"]
NAMED = "install-forgets-the-generation"


def install_new_memslots(vm: Publisher, slots: MemslotSet) -> MemslotSet:
    result, vm.active.freed = vm.active, False
    vm.publish(slots)
    vm.wait_for_readers()
    return result
