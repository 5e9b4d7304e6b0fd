"""The numbers of lesson 09, computed."""

from math import comb
from pathlib import Path

from memslot_lab.captures.replay import replay, requests_of
from memslot_lab.cost import cost_of
from memslot_lab.engine import Change
from memslot_lab.views.cost_plot import create_costs, gfns_in_order

from .prose import assert_says

LESSON = "09_counting"
DATA = Path(__file__).parents[2] / "notebooks" / "data"


def shifts_of(order: str, n: int) -> int:
    """Return the shifts of n creates in an order."""
    return create_costs("5.7", gfns_in_order(order, n))[-1]


def test_shifts_of_rows_of_creates_are_as_said() -> None:
    """Eight, 32 and 509 slots, in the worst order."""
    assert shifts_of("ascending", 8) == comb(8, 2)
    assert_says(LESSON, f"0 + 1 + ... + 7 = {shifts_of('ascending', 8)}.")
    assert_says(LESSON, f"Eight slots have {comb(8, 2)} pairs.")
    assert_says(LESSON, f"half of {comb(8, 2)}.")
    assert_says(LESSON, f"At 32 slots the worst order costs {shifts_of('ascending', 32)} shifts")
    assert_says(LESSON, f"at 509 it is {shifts_of('ascending', 509):,}.")
    assert shifts_of("descending", 8) == 0


def test_shifts_of_both_logs_are_as_said() -> None:
    """The modules plugged in upward, and shuffled."""
    shifts = {name: replay(DATA / f"q72-pc-dimm-100-{name}.trace").vms[0].shifts for name in ("ascending", "shuffled")}

    assert_says(LESSON, f"one of them costs {shifts['ascending']:,} shifts, the other {shifts['shuffled']:,}.")


def test_shifts_of_the_log_turned_around_are_as_said() -> None:
    """The creates alone, forward and backward, beside the worst order."""
    log = [request.region for request in requests_of(DATA / "q72-pc-dimm-100-ascending.trace")]
    gfns = [region.guest_phys_addr >> 12 for region in log if region.memory_size][1:]
    n, up, down = len(gfns), create_costs("5.7", gfns)[-1], create_costs("5.7", gfns[::-1])[-1]

    assert_says(
        LESSON,
        f"{n} slots could cost {comb(n, 2):,} shifts at worst; as QEMU does it they cost {up:,}, and turned around "
        f"{down}.",
    )
    assert replay(DATA / "q72-pc-dimm-100-ascending.trace").vms[0].shifts == up + 1


def test_answers_of_the_check_are_right() -> None:
    """Check yourself, from the closed forms."""
    create = cost_of(Change.CREATE, used_slots=10, old=-1, new=4)
    move = cost_of(Change.MOVE, used_slots=10, old=7, new=2)

    assert_says(LESSON, f"{create.shifts} shifts, {create.compares} comparisons.")
    assert_says(LESSON, f"{move.shifts}, all of them in the forward walk.")
    assert (move.backward, move.forward) == (0, 5)
    assert_says(LESSON, f"20 * 19 / 2 = {shifts_of('ascending', 20)}.")


def test_create_of_the_lesson_shifts_three_of_five() -> None:
    """Rank 2 of five slots; and the move from rank 1 to rank 4."""
    assert cost_of(Change.CREATE, used_slots=5, old=-1, new=2).shifts == 3
    assert_says(LESSON, "one place further back: three of the five.")
    assert cost_of(Change.MOVE, used_slots=5, old=1, new=4).backward == 3
    assert_says(LESSON, "Three slots stood between the old place and the new one")


def test_times_are_put_into_words_rightly() -> None:
    """The table's own numbers: what is left when the update alone is taken off."""
    copies = [964 - 591, 415 - 10]
    assert_says(LESSON, "| 509 | 591 | 10 | 964 | 415 |")
    assert all(350 < copy < 450 and copy > 591 / 2 for copy in copies)
    assert_says(LESSON, "| 4,096 | 6,126 | 10 | 23,562 | 23,045 |")
    assert min(23_562 - 6_126, 23_045 - 10) > 17_000
