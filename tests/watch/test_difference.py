"""Two runs on the same array part where they part, and the sentence says how."""

from collections.abc import Callable

import pytest

from memslot_lab.course.mutants import load_mutants
from memslot_lab.course.variants import judged_in
from memslot_lab.engine import (
    Change,
    MemorySlot,
    Memslots,
    UserspaceMemoryRegion,
    delete,
    insert_back,
    move_backward,
    update_memslots,
)
from memslot_lab.watch import Difference, diff, record

BLANK = MemorySlot(5, 0, 0)


def part(answer: Callable[..., object], slots: Memslots, *args: object) -> Difference:
    """Compare an answer with the engine's function of that name."""
    right = {"delete": delete, "move_backward": move_backward}[answer.__name__]
    return diff(record(answer, slots, *args), record(right, slots, *args))


def test_diff_equal_runs_do_not_part(slots: Memslots) -> None:
    """The same code: no first difference, and each write beside its like."""
    found = diff(record(delete, slots, BLANK), record(delete, slots, BLANK))

    assert not found
    assert (found.first, found.sentence) == (None, "both write the same, and end alike")
    assert all(one == other for one, other in found.pairs)
    assert (found.pairs[0], found.pairs[-1]) == ((0, 0), (18, 18))


def test_diff_other_order_of_tables_does_not_part(slots: Memslots) -> None:
    """The index may be written before the entry, and the count last."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        i = slots.id_to_index[slot.id]
        slots.id_to_index[slot.id] = -1
        while i < slots.used_slots - 1:
            slots.id_to_index[slots.memslots[i + 1].id] = i
            slots.memslots[i] = slots.memslots[i + 1]
            i += 1
        slots.memslots[i] = slot
        slots.used_slots -= 1

    found = part(delete, slots, BLANK)

    # id 5 loses its index first here and last there, in the same table.
    assert found.sentence.endswith("both end in the same state")


def test_diff_first_write_that_differs_is_named_with_both_sides(slots: Memslots) -> None:
    """Swapping the last slot into the gap parts at once."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        i = slots.id_to_index[slot.id]
        slots.used_slots -= 1
        slots.memslots[i] = slots.memslots[slots.used_slots]

    found = part(delete, slots, BLANK)

    assert found.first == 2
    assert found.sentence == (
        "the first write is alike; then yours writes slot 3 to memslots[1], the kernel's writes slot 0 there"
    )


def test_diff_write_that_is_missing_is_named(slots: Memslots) -> None:
    """One run simply writes no more."""

    def delete(slots: Memslots, slot: MemorySlot) -> None:
        i = slots.id_to_index[slot.id]
        slots.used_slots -= 1
        while i < slots.used_slots:
            slots.memslots[i] = slots.memslots[i + 1]
            slots.id_to_index[slots.memslots[i].id] = i
            i += 1
        slots.id_to_index[slot.id] = -1

    assert part(delete, slots, BLANK).sentence == (
        "the first 6 writes are alike; then the kernel's writes slot 5, blank, to memslots[3], yours does not"
    )


def test_diff_return_value_alone_parts_at_the_end(slots: Memslots) -> None:
    """The writes are alike, the answer is not."""

    def move_backward(slots: Memslots, slot: MemorySlot) -> int:
        return slots.id_to_index[slot.id] + 1

    found = part(move_backward, slots, MemorySlot(5, 0x180, 0x40))

    assert found.first == len(found.pairs) - 1
    assert found.sentence == "neither writes; yours returns 2, the kernel's returns 1"


def test_diff_of_runs_that_write_nothing_goes_through_all_their_lines(slots: Memslots) -> None:
    """The shorter run waits at its end; what the longer returns is the last that is seen, not what a helper does."""

    def classify(slots: Memslots, region: UserspaceMemoryRegion) -> str:
        return "EINVAL"

    region = UserspaceMemoryRegion(6, 0, 0x110000, 0x2000, 0x7F0000000000)
    tapes = [record(function, slots, region) for function in (classify, judged_in("classify", None).reference)]
    found = diff(*tapes)

    assert len(tapes[0]) < len(tapes[1])
    assert found.pairs == tuple((min(i, len(tapes[0]) - 1), i) for i in range(len(tapes[1])))
    assert (found.first, found.sentence) == (
        len(tapes[1]) - 1,
        "neither writes; yours returns 'EINVAL', the kernel's returns 'EEXIST'",
    )
    assert (tapes[1][-1].sentence, tapes[1][-1].depth) == ("classify() returns 'EEXIST'", 0)
    assert "other is slot 0 now" in [frame.sentence for frame in tapes[1]]


def test_diff_slots_that_are_returned_are_called_by_their_ids(slots: Memslots) -> None:
    """Five members of each slot would hide what differs."""

    def move_backward(slots: Memslots, slot: MemorySlot) -> list[MemorySlot]:
        return slots.memslots[:2]

    found = part(move_backward, slots, MemorySlot(5, 0x180, 0x40))

    assert found.sentence == "neither writes; yours returns [slot 1, slot 5], the kernel's returns 1"


@pytest.mark.parametrize(
    ("body", "words"), [("raise ValueError('no')", "ends with ValueError: no"), ("while True: pass", "does not end")]
)
def test_diff_run_that_does_not_return_is_told(slots: Memslots, body: str, words: str) -> None:
    """An exception and an endless loop."""
    space: dict[str, Callable[..., object]] = {}
    exec(f"def insert_back(slots):\n    slots.used_slots += 1\n    {body}", space)

    found = diff(record(space["insert_back"], slots, steps=500), record(insert_back, slots), names=("mine", "yours"))

    assert found.sentence == f"both write the same; then mine {words}, yours returns 4"


def test_diff_different_arrays_are_refused(slots: Memslots) -> None:
    """Only runs on the same input can be compared."""
    with pytest.raises(ValueError, match="begin with different arrays"):
        diff(record(delete, slots, BLANK), record(delete, Memslots(8), BLANK))


def test_diff_pairs_never_go_back(slots: Memslots) -> None:
    """Whatever the order of the writes, both runs are stepped forward."""
    slot = MemorySlot(5, 0x80, 0x40)
    right = record(update_memslots, slots, slot, Change.MOVE)
    for mutant in load_mutants():
        found = diff(record(mutant.module().update_memslots, slots, slot, Change.MOVE), right)

        assert [pair[0] for pair in found.pairs] == sorted(pair[0] for pair in found.pairs)
        assert [pair[1] for pair in found.pairs] == sorted(pair[1] for pair in found.pairs)
        assert found.to_json()["text"] == found.sentence


CHANGES = [
    (MemorySlot(7, 0x180, 0x40), Change.CREATE),
    (MemorySlot(7, 0x380, 0x40), Change.CREATE),
    (MemorySlot(5, 0x80, 0x40), Change.MOVE),
    (MemorySlot(0, 0x380, 0x40), Change.MOVE),
    (MemorySlot(5, 0x200, 0x80, flags=1), Change.FLAGS_ONLY),
    (MemorySlot(1, 0, 0), Change.DELETE),
    (MemorySlot(5, 0, 0), Change.DELETE),
]


def test_diff_mutant_that_ends_elsewhere_parts_somewhere(slots: Memslots) -> None:
    """Where a mutant leaves another array or another count of shifts, the first difference is found."""
    told = 0
    for mutant in load_mutants():
        wrong = mutant.module().update_memslots
        for slot, change in CHANGES:
            theirs, right = record(wrong, slots, slot, change), record(update_memslots, slots, slot, change)
            if theirs.after != right.after or theirs.error or theirs.stopped:
                assert diff(theirs, right), mutant.name
                told += 1

    assert told > 80
