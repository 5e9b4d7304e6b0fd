"""The numbers of lesson 13, computed."""

from pathlib import Path

from memslot_lab.captures.live import verdict
from memslot_lab.captures.replay import replay, requests_of
from memslot_lab.captures.scenarios import read_scenarios
from memslot_lab.engine import UserspaceMemoryRegion, Vm
from memslot_lab.engine.region import PAGE_SIZE

from .prose import ROOT, assert_says

LESSON = "13_a_real_vm"
DATA: Path = ROOT / "notebooks" / "data"
WORDS = {9: "nine", 35: "Thirty-five"}


def test_boot_has_as_many_requests_and_slots_as_said() -> None:
    """The replay of the log, and its kinds of requests."""
    result = replay(DATA / "q72-mtree-f-pc-kvm.trace")
    machine = result.vms[0]
    kinds = {kind: count for kind, count in machine.kinds.items() if count}

    assert result.disagreements == []
    assert_says(LESSON, f"{WORDS[result.requests]} requests later")
    assert_says(LESSON, f"it names the same {WORDS[machine.used_slots]} ranges.")
    assert_says(LESSON, f"{kinds['CREATE']} creates and {kinds['DELETE']} deletes")
    assert set(kinds) == {"CREATE", "DELETE"}
    assert round(machine.to_json()["shifts"] / result.requests) == 2
    assert_says(LESSON, "About two shifts a request.")


def test_memory_of_the_pc_is_as_said() -> None:
    """Its pieces and the old windows below 1 MiB end where its memory ends."""
    slots = replay(DATA / "q72-mtree-f-pc-kvm.trace").vms[0].to_json()["slots"]
    low = [slot for slot in slots if slot["base_gfn"] * PAGE_SIZE < 1 << 30]
    end = max((slot["base_gfn"] + slot["npages"]) * PAGE_SIZE for slot in low)

    assert_says(LESSON, f"A PC with {end >> 20} MiB of memory")


def test_order_of_a_hundred_modules_costs_what_is_said() -> None:
    """Ascending is the worst."""
    shifts = {
        order: replay(DATA / f"q72-pc-dimm-100-{order}.trace").vms[0].to_json()["shifts"]
        for order in ("ascending", "shuffled")
    }

    assert shifts["ascending"] > shifts["shuffled"]
    assert_says(LESSON, "Ascending order is the *worst* for this array")


def test_scenarios_are_as_many_as_said() -> None:
    """Those that `memslot-lab live` goes through."""
    assert_says(LESSON, f"list of {len(read_scenarios())} such scenarios")


def test_requests_to_be_refused_are_refused_where_the_lesson_asks() -> None:
    """By the machine of the boot, the first of them not by a fresh one."""
    vm = Vm()
    for request in requests_of(DATA / "q72-mtree-f-pc-kvm.trace"):
        vm.set_user_memory_region(request.region)
    overlapping, odd = (UserspaceMemoryRegion(20, 0, 0x1000, size, 0x7F0000000000) for size in (PAGE_SIZE, 100))

    assert [verdict(vm, request) for request in (overlapping, odd)] == ["EEXIST", "EINVAL"]
    assert verdict(Vm(), overlapping) == "0"
    assert_says(LESSON, "Ask `verdict(vm, ...)`, for `vm` holds the slots of the boot")
