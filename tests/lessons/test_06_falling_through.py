"""The numbers of lesson 06, computed."""

from memslot_lab.cost import cost_of
from memslot_lab.engine import Change

from .prose import assert_says

LESSON = "06_falling_through"


def test_change_of_flags_costs_two_comparisons_at_most_as_said() -> None:
    """In the middle two, at either end one, for an only slot none."""
    costs = {
        (used, i): cost_of(Change.FLAGS_ONLY, used_slots=used, old=i, new=i)
        for used in range(1, 9)
        for i in range(used)
    }
    most = max(cost.compares for cost in costs.values())

    assert {cost.shifts for cost in costs.values()} == {0}
    assert costs[1, 0].compares == 0
    assert [costs[4, i].compares for i in (0, 1, 3)] == [1, 2, 1]
    assert_says(LESSON, f"At most {most} comparisons and no shift")


def test_no_move_shifts_both_ways() -> None:
    """What the map shows, for more slots."""
    costs = [
        cost_of(Change.MOVE, used_slots=n, old=old, new=new)
        for n in range(1, 20)
        for old in range(n)
        for new in range(n)
    ]

    assert not [cost for cost in costs if cost.backward and cost.forward]


def test_question_about_nine_slots_is_as_said() -> None:
    """From index 7 to rank 2."""
    cost = cost_of(Change.MOVE, used_slots=9, old=7, new=2)

    assert cost.backward == 0
    assert_says(LESSON, f"7 - 2 = {cost.forward}.")
