"""`violations()` names what is broken, and never breaks itself."""

from collections.abc import Callable

import pytest

from memslot_lab.engine import Change, MemorySlot, Memslots, update_memslots, violations


def two_slots() -> Memslots:
    """Return an array of four ids: slot 1 at 0x20, slot 0 at 0x10."""
    slots = Memslots(4)
    update_memslots(slots, MemorySlot(0, 0x10, 1), Change.CREATE)
    update_memslots(slots, MemorySlot(1, 0x20, 1), Change.CREATE)
    return slots


def put(table: str, index: int, value: object) -> Callable[[Memslots], None]:
    """Return a break that writes one entry."""
    return lambda slots: getattr(slots, table).__setitem__(index, value)


def have(name: str, value: object) -> Callable[[Memslots], None]:
    """Return a break that replaces a field."""
    return lambda slots: setattr(slots, name, value)


def test_violations_of_a_right_array_are_none() -> None:
    """Empty, full, half full and with stale entries: nothing is broken."""
    full = Memslots(1)
    update_memslots(full, MemorySlot(0, 0x10, 1), Change.CREATE)
    slots = two_slots()
    assert violations(Memslots(1)) == violations(full) == violations(slots) == []

    update_memslots(slots, MemorySlot(1, 0, 0), Change.DELETE)

    assert violations(slots) == []


@pytest.mark.parametrize(
    ("spoil", "beginnings"),
    [
        (have("memslots", [None]), ["TABLE_LENGTH: memslots is no list of 4"]),
        (have("memslots", None), ["TABLE_LENGTH: memslots is no list of 4"]),
        (have("memslots", dict.fromkeys(range(4))), ["TABLE_LENGTH: memslots is no list of 4"]),
        (have("memslots", "abcd"), ["TABLE_LENGTH: memslots is no list of 4"]),
        (have("id_to_index", [-1] * 5), ["TABLE_LENGTH: id_to_index is no list of 4"]),
        (have("id_to_index", 4), ["TABLE_LENGTH: id_to_index is no list of 4"]),
        (have("id_to_index", {0, 1, 2, 3}), ["TABLE_LENGTH: id_to_index is no list of 4"]),
        (have("used_slots", -1), ["USED_IN_RANGE: used_slots is -1, not 0..4"]),
        (have("used_slots", 5), ["USED_IN_RANGE: used_slots is 5, not 0..4"]),
        (have("used_slots", "2"), ["USED_IN_RANGE: used_slots is '2', not 0..4"]),
        (have("used_slots", None), ["USED_IN_RANGE: used_slots is None, not 0..4"]),
        (have("used_slots", 2.0), ["USED_IN_RANGE: used_slots is 2.0, not 0..4"]),
        (have("used_slots", 3), ["ENTRY_PRESENT: memslots[2] is None, but used_slots is 3"]),
        (put("memslots", 0, "slot"), ["ENTRY_PRESENT: memslots[0] is 'slot', but used_slots is 2"]),
        (put("memslots", 1, MemorySlot(0, 16.5, 1)), ["ENTRY_PRESENT: memslots[1] is MemorySlot(id=0, base_gfn=16.5"]),
        (put("memslots", 1, MemorySlot(0.0, 16, 1)), ["ENTRY_PRESENT: memslots[1] is MemorySlot(id=0.0"]),
        (
            put("memslots", 1, MemorySlot(0, 0x30, 1)),
            ["HIGHEST_GFN_FIRST: memslots[0] has gfn 0x20, memslots[1] behind it 0x30"],
        ),
        (
            put("memslots", 1, MemorySlot(0, 0x20, 1)),
            ["HIGHEST_GFN_FIRST: memslots[0] has gfn 0x20, memslots[1] behind it 0x20"],
        ),
        (put("id_to_index", 1, 1), ["INDEX_NAMES_ENTRY: memslots[0] is slot 1, but id_to_index[1] is 1"]),
        (put("id_to_index", 1, None), ["INDEX_NAMES_ENTRY: memslots[0] is slot 1, but id_to_index[1] is None"]),
        (put("id_to_index", 1, [0]), ["INDEX_NAMES_ENTRY: memslots[0] is slot 1, but id_to_index[1] is [0]"]),
        (
            put("memslots", 0, MemorySlot(9, 0x20, 1)),
            [
                "INDEX_NAMES_ENTRY: memslots[0] is slot 9, but id_to_index[9] is nothing",
                "ABSENT_IS_MINUS_ONE: no slot 1 is in use, but id_to_index[1] is 0",
            ],
        ),
        (
            put("memslots", 0, MemorySlot(0, 0x20, 1)),
            [
                "INDEX_NAMES_ENTRY: memslots[0] is slot 0, but id_to_index[0] is 1",
                "ABSENT_IS_MINUS_ONE: no slot 1 is in use, but id_to_index[1] is 0",
            ],
        ),
        (put("id_to_index", 3, 0), ["ABSENT_IS_MINUS_ONE: no slot 3 is in use, but id_to_index[3] is 0"]),
        (put("id_to_index", 3, "x"), ["ABSENT_IS_MINUS_ONE: no slot 3 is in use, but id_to_index[3] is x"]),
        (put("id_to_index", 3, None), ["ABSENT_IS_MINUS_ONE: no slot 3 is in use, but id_to_index[3] is None"]),
        (have("used_slots", 1), ["ABSENT_IS_MINUS_ONE: no slot 0 is in use, but id_to_index[0] is 1"]),
    ],
)
def test_violations_of_a_spoiled_array_name_each_broken_invariant(
    spoil: Callable[[Memslots], None], beginnings: list[str]
) -> None:
    """However it is broken, each sentence begins with the invariant and the place, and nothing is raised."""
    slots = two_slots()
    spoil(slots)
    found = violations(slots)

    assert [sentence[: len(start)] for sentence, start in zip(found, beginnings, strict=True)] == beginnings


def test_violations_of_several_kinds_are_all_told() -> None:
    """One broken invariant does not hide another."""
    slots = two_slots()
    slots.memslots[0], slots.memslots[1] = slots.memslots[1], slots.memslots[0]
    slots.id_to_index[2] = 7

    assert [sentence.split(":")[0] for sentence in violations(slots)] == [
        "HIGHEST_GFN_FIRST",
        "INDEX_NAMES_ENTRY",
        "INDEX_NAMES_ENTRY",
        "ABSENT_IS_MINUS_ONE",
    ]


def test_violations_do_not_look_at_overlaps() -> None:
    """Ranges are the caller's rule: the array is in order."""
    slots = two_slots()
    slots.memslots[1] = MemorySlot(0, 0x10, 0x100)

    assert violations(slots) == []
