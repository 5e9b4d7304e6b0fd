"""The numbers of lesson 04, computed."""

from collections import Counter

import pytest

from memslot_lab.captures.replay import requests_of
from memslot_lab.cost import cost_of
from memslot_lab.engine import Change, Vm

from .prose import ROOT, assert_says

LESSON = "04_creating"
SLOT_BYTES = 88  # sizeof(struct kvm_memory_slot) on x86, kernel 5.7


def creates_in_ascending_order(n: int) -> int:
    """Add up the shifts of n creates, the lowest GFN first: each lands at the front."""
    return sum(cost_of(Change.CREATE, used_slots=used, old=-1, new=0).shifts for used in range(n))


def test_creates_and_deletes_of_the_boot_are_as_said() -> None:
    """What the log's requests asked for."""
    vm = Vm()
    log = ROOT / "notebooks" / "data" / "q72-pc-boot-vgastd.trace"
    changes = Counter(vm.set_user_memory_region(request.region) for request in requests_of(log))

    assert set(changes) == {Change.CREATE, Change.DELETE}
    assert vm.memslots[0].used_slots == changes[Change.CREATE] - changes[Change.DELETE]
    assert_says(
        LESSON,
        f"{changes[Change.CREATE]} creates, {changes[Change.DELETE]} deletes: {vm.memslots[0].used_slots} slots stay.",
    )


def test_sum_of_four_ascending_creates_is_as_said() -> None:
    """Each new slot is the highest."""
    shifts = [cost_of(Change.CREATE, used_slots=used, old=-1, new=0).shifts for used in range(4)]

    assert_says(LESSON, f"everybody makes way: {' + '.join(map(str, shifts))}.")


def test_bytes_copied_for_509_slots_are_as_said() -> None:
    """n(n-1)/2 shifts of 88 bytes."""
    shifts = creates_in_ascending_order(509)

    assert shifts == 509 * 508 // 2
    assert_says(LESSON, f"copied {shifts:,} times {SLOT_BYTES} bytes: about {shifts * SLOT_BYTES / 1e6:.0f} MB.")


@pytest.mark.parametrize(("used", "higher"), [(10, 7)])
def test_question_about_ten_slots_is_as_said(used: int, higher: int) -> None:
    """Shifts, and comparisons."""
    cost = cost_of(Change.CREATE, used_slots=used, old=-1, new=higher)

    assert_says(LESSON, f"{used} - {higher} = {cost.shifts}.")
    assert_says(LESSON, f"{cost.shifts} + 1 = {cost.compares}: one for each shift")
