"""The numbers of lesson 08, computed."""

from memslot_lab.captures.scenarios import parse_request, read_scenarios
from memslot_lab.engine import Vm

from .prose import assert_says

LESSON = "08_from_ioctl_to_change"
SCENARIOS = {one.number: one for one in read_scenarios()}


def test_counts_of_the_scenarios_are_as_said() -> None:
    """All that the laboratory comes with."""
    requests = sum(len(one.steps) for one in SCENARIOS.values())

    assert_says(LESSON, f"{len(SCENARIOS)} scenarios with {requests} requests")


def test_end_of_user_space_and_of_guest_memory_are_as_said() -> None:
    """Both limits are the model's."""
    vm = Vm()

    assert_says(LESSON, f"the end of user space, at `{vm.user_end:#x}`")
    assert_says(LESSON, f"this machine maps is `{((vm.max_gfn + 1) << 12) - 1:#x}`")


def test_slot_that_moves_by_one_page_has_the_pages_said() -> None:
    """Scenario 28 moves its own size many times over."""
    (first, _), *_ = SCENARIOS[28].steps

    assert_says(LESSON, f"Slot 0 has {parse_request(first).memory_size >> 12} pages.")
