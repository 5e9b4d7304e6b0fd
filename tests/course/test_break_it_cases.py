"""Exercise 12: what cannot be judged is told by place and reason; each wrong implementation can be exposed."""

import pytest

from memslot_lab.course.catalog import find_task
from memslot_lab.course.judge import judge
from memslot_lab.course.tasks.break_it import GROUPS, JUDGED, MOST_OPERATIONS, exposed_at

CREATE = ("CREATE", 0, 0x100, 0x80)
REFUSED = [
    (None, "break_it() returned None; want a list of sequences."),
    ([CREATE], "Sequence 1, operation 1 is no operation: write a tuple, such as ('DELETE', 3), not 'CREATE'."),
    ([[("MOV", 3, 1)]], "Sequence 1, operation 1 begins with 'MOV': write one of CREATE, MOVE, FLAGS, DELETE."),
    (
        [[CREATE], [("DELETE",)]],
        "Sequence 2, operation 1 is ('DELETE',): write ('DELETE', id), with whole numbers from 0.",
    ),
    ([[CREATE, CREATE]], "slot 0 is there already; delete it first, or take another id."),
    ([[("DELETE", 3)]], 'Sequence 1, operation 1, ("DELETE", 3), is not legal: no slot 3 is there; create it first.'),
    ([[CREATE, ("CREATE", 1, 0x17F, 1)]], "is not legal: it would overlap slot 0 (gfn 0x100..0x17f)."),
    ([[CREATE, ("MOVE", 0, 0x100)]], "the slot is at that GFN already, so nothing would happen."),
    ([[CREATE, ("FLAGS", 0, 0)]], "the flags are what they were, so nothing would happen."),
    ([[("CREATE", 0, 0, 0)]], "a slot has one page at least."),
    ([[("CREATE", 8, 0, 1)]], "slot ids are 0..7."),
]


@pytest.mark.parametrize(("value", "sentence"), REFUSED)
def test_sequences_that_cannot_be_judged_are_told_by_place_and_reason(value: object, sentence: str) -> None:
    """Which operation of which sequence, and why."""
    _, task = find_task("break_it")
    result = judge(task, lambda: value)

    assert result.smallest
    assert sentence in result.smallest.sentence


@pytest.mark.parametrize(
    ("value", "question"),
    [
        (None, "Does your function end in a `return`?"),
        ([[CREATE, ("MOVE", 0, 0x100)]], "What would that operation change, and which one does change it?"),
        (
            [[CREATE, ("DELETE", 0, 0)]],
            "What does the table of operations in the exercise say that this one is made of?",
        ),
        ([[CREATE, CREATE]], "Which slots are there at that moment, and which frames does each of them hold?"),
    ],
)
def test_sequences_that_cannot_be_judged_get_a_question_that_fits(value: object, question: str) -> None:
    """A missing return is no matter of slots and frames."""
    _, task = find_task("break_it")
    result = judge(task, lambda: value)

    assert result.smallest
    assert result.smallest.hint == question


@pytest.mark.parametrize("name", [name for names in GROUPS.values() for name in names])
def test_wrong_implementation_is_exposed_by_the_reference_and_not_by_nothing(name: str) -> None:
    """The par can be reached, and no implementation is exposed for free."""
    sequences = JUDGED["break_it"].reference()
    assert isinstance(sequences, list)

    assert sum(map(len, sequences)) <= MOST_OPERATIONS
    assert any(exposed_at(name, tuple(sequence)) is not None for sequence in sequences)
    assert exposed_at(name, ()) is None


def test_touching_slots_are_legal() -> None:
    """Ranges are half open, as in the kernel."""
    _, task = find_task("break_it")
    result = judge(task, lambda: [[CREATE, ("CREATE", 1, 0x180, 1)]])

    assert result.smallest
    assert "not legal" not in result.smallest.sentence


@pytest.mark.parametrize("more", [2, 5])
def test_long_answer_is_told_how_many_operations_it_has(more: int) -> None:
    """One sequence may be too long by itself: nothing is said of many sequences."""
    (sequence,) = JUDGED["break_it"].reference()

    def break_it() -> object:
        return [[*sequence, *[("MOVE", 2, 0x100 + 16 * i) for i in range(1, more + 1)]]]

    task = judge(find_task("break_it")[1], break_it)

    assert task.smallest
    assert task.smallest.sentence == f"All are exposed, but in {7 + more} operations; 8 are enough."
    assert task.smallest.mistake
    assert task.smallest.mistake.name == "break-it-is-long"
    assert task.smallest.mistake.says.startswith("your sequences take more operations than are needed")


def test_two_answers_without_end_are_alike() -> None:
    """What did not end by itself has no value in any form."""

    def break_it() -> object:
        while True:
            pass

    result = judge(find_task("break_it")[1], break_it)

    assert result.smallest
    assert "was stopped after" in result.smallest.sentence
