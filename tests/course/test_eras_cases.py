"""Exercise 11's cases: what a tree's walk is judged by."""

from memslot_lab.course import check
from memslot_lab.course.tasks import cases_of
from memslot_lab.course.tasks.eras import TreeCase
from memslot_lab.engine import MemorySlot
from memslot_lab.eras.rbtree import GfnTree


def test_cases_ask_at_every_border() -> None:
    """Ranges end and begin at a slot's first frame, at its last, and one beside them."""
    seen = {(0, 0)}
    for case in cases_of("for_each_in_gfn_range"):
        assert isinstance(case, TreeCase)
        for start, end in case.calls:
            for slot in case.slots:
                seen.add((start - slot.base_gfn, start - slot.base_gfn - slot.npages))
                seen.add((end - slot.base_gfn, end - slot.base_gfn - slot.npages))

    assert {0, 0x7F} <= {low for low, _ in seen}
    assert {0, -1} <= {high for _, high in seen}


def test_whole_walk_fails_for_the_nodes_it_looks_at_alone() -> None:
    """Right slots, too many nodes: the message says how many are enough."""

    def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> list[MemorySlot]:
        return [slot for slot in tree if slot.base_gfn < end and slot.base_gfn + slot.npages > start]

    text = check(for_each_in_gfn_range).text()

    assert "5 of 6 case groups passed" in text
    assert "80 of 80 nodes were looked at; 20 are enough" in text


def test_no_list_is_told_in_words() -> None:
    """A function that returns nothing, or the count, is told what came back."""

    def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> object:
        return None

    text = check(for_each_in_gfn_range).text()

    assert "returned nothing (None); want []" in text


def test_slot_twice_missing_or_foreign_is_told() -> None:
    """Each kind of wrong list has its sentence."""

    def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> object:
        return ["slot 3"]

    assert "which is no MemorySlot: a node's slot is `node.slot`" in check(for_each_in_gfn_range).text()


def test_root_that_is_none_is_told_as_one_of_a_tree() -> None:
    """Nothing is said of an array, which is not there."""

    def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> list[MemorySlot]:
        node = tree.root
        while node.left:  # pyright: ignore[reportOptionalMemberAccess] - the mistake
            node = node.left
        return []

    text = " ".join(check(for_each_in_gfn_range).text().split())
    assert "The root of a tree may be None" in text
    assert "used ones" not in text


def test_right_slots_in_another_order_ask_about_the_order() -> None:
    """Highest first from the second slot on, so that the mistake has no name."""

    def for_each_in_gfn_range(tree: GfnTree, start: int, end: int) -> list[MemorySlot]:
        found = [slot for slot in tree if slot.base_gfn < end and slot.base_gfn + slot.npages > start]
        return found[:1] + found[:0:-1] if len(found) > 2 else found[::-1]

    assert "Hint: Which side of a node comes before it" in check(for_each_in_gfn_range).text()
