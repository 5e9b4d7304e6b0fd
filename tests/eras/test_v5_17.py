"""The two sets of trees of kernel 5.17: always alike after a change, always balanced, and what a walk yields."""

from collections.abc import Iterator
from math import log2
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from memslot_lab.engine import Change, MemorySlot, Memslots, reference
from memslot_lab.eras import v5_17
from memslot_lab.eras.rbtree import LEFT, RIGHT, GfnTree, Node
from memslot_lab.eras.v5_17 import (
    KVM_MEMSLOT_INVALID,
    MemslotSets,
    activate_memslot,
    for_each_memslot_in_gfn_range,
    gfn_to_memslot,
    overlaps,
    replace_memslot,
    search_memslots,
    update_memslots,
)
from memslot_lab.eras.visits import WatchedTree, visits_of_update

from .sequences import legal_steps


def black_height(node: Node | None) -> int:
    """Return how many black nodes each way down meets; fails when a rule of the tree is broken."""
    if node is None:
        return 0
    for side in (LEFT, RIGHT):
        below = node.links[side]
        assert below is None or below.parent is node
        assert not (node.red and below and below.red), "a red node below a red one"
    heights = {black_height(node.left), black_height(node.right)}
    assert len(heights) == 1, "more black nodes on one side"
    return heights.pop() + (not node.red)


def assert_balanced(tree: GfnTree) -> None:
    """The tree keeps all rules, and its walk rises."""
    assert tree.root is None or (not tree.root.red and tree.root.parent is None)
    black_height(tree.root)
    gfns = [slot.base_gfn for slot in tree]
    assert gfns == sorted(set(gfns))


def assert_sets_hold(sets: MemslotSets, slots: list[MemorySlot]) -> None:
    """Both sets hold exactly these slots (highest GFN first), by GFN and by id."""
    for each in (sets.active, sets.inactive):
        assert_balanced(each.gfn_tree)
        assert list(each.gfn_tree) == slots[::-1]
        assert {slot_id: node.slot for slot_id, node in each.id_hash.items()} == {slot.id: slot for slot in slots}


@pytest.mark.parametrize("seed", range(30))
def test_update_random_legal_sequence_holds_what_reference_holds(seed: int) -> None:
    """After each step both sets hold the slots of a sort from scratch, in balanced trees."""
    sets, scratch = MemslotSets(), Memslots(16)
    for slot, change in legal_steps(seed, capacity=16, length=80):
        update_memslots(sets, slot, change)
        reference.update(scratch, slot, change)

        assert_sets_hold(sets, scratch.memslots[: scratch.used_slots])


@given(st.lists(st.integers(0, 40), unique=True), st.randoms(use_true_random=False))
def test_tree_insert_and_erase_in_any_order_stays_balanced(gfns: list[int], rng: Random) -> None:
    """No order of inserts and erases breaks a rule of the tree."""
    tree, nodes = GfnTree(), dict[int, Node]()
    for gfn in gfns:
        nodes[gfn] = tree.insert(MemorySlot(gfn, gfn, 1))
        assert_balanced(tree)
    rng.shuffle(gfns)
    for i, gfn in enumerate(gfns):
        tree.erase(nodes[gfn])
        assert_balanced(tree)
        assert [slot.id for slot in tree] == sorted(gfns[i + 1 :])


def test_tree_walks_both_ways() -> None:
    """The next and the previous node are those of the sorted order."""
    tree = GfnTree()
    nodes = {gfn: tree.insert(MemorySlot(gfn, gfn, 1)) for gfn in (5, 1, 4, 2, 3)}

    following, preceding = [nodes[i].next() for i in range(1, 6)], [nodes[i].previous() for i in range(1, 6)]
    assert [node and node.slot.id for node in following] == [2, 3, 4, 5, None]
    assert [node and node.slot.id for node in preceding] == [None, 1, 2, 3, 4]


def test_insert_of_an_equal_gfn_is_refused() -> None:
    """Where kernel 5.7 warns and goes on, kernel 5.17 stops with BUG()."""
    sets = MemslotSets()
    update_memslots(sets, MemorySlot(1, 0x100, 0x80), Change.CREATE)

    with pytest.raises(AssertionError, match="BUG: slot 2 has gfn 0x100, which slot 1 has already"):
        update_memslots(sets, MemorySlot(2, 0x100, 0x10), Change.CREATE)


def test_replace_edits_the_inactive_set_alone() -> None:
    """Readers see nothing of a change before the sets are swapped."""
    sets, slot = MemslotSets(), MemorySlot(1, 0x100, 0x80)
    replace_memslot(sets, None, slot)
    assert (list(sets.active.gfn_tree), list(sets.inactive.gfn_tree)) == ([], [slot])

    activate_memslot(sets, None, slot)
    assert (list(sets.active.gfn_tree), list(sets.inactive.gfn_tree)) == ([slot], [slot])


@pytest.mark.parametrize(("change", "generations"), [(Change.FLAGS_ONLY, 1), (Change.MOVE, 2), (Change.DELETE, 2)])
def test_update_swaps_twice_where_readers_must_see_invalid_first(change: Change, generations: int) -> None:
    """A delete and a move install an INVALID copy first; a change of flags does not."""
    sets = MemslotSets()
    update_memslots(sets, MemorySlot(1, 0x100, 0x80), Change.CREATE)
    before = sets.active.generation
    gfn = 0x200 if change is Change.MOVE else 0x100
    update_memslots(sets, MemorySlot(1, gfn, 0x80, flags=1), change)

    assert sets.active.generation - before == generations


def test_delete_shows_readers_an_invalid_slot_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the first swap the active set has the INVALID copy, the inactive one still the slot."""
    sets, slot = MemslotSets(), MemorySlot(1, 0x100, 0x80)
    update_memslots(sets, slot, Change.CREATE)
    seen: list[tuple[list[MemorySlot], list[MemorySlot]]] = []
    swap = v5_17.swap_active_memslots

    def note(sets: MemslotSets) -> None:
        swap(sets)
        seen.append((list(sets.active.gfn_tree), list(sets.inactive.gfn_tree)))

    monkeypatch.setattr(v5_17, "swap_active_memslots", note)
    update_memslots(sets, MemorySlot(1, 0, 0), Change.DELETE)

    invalid = MemorySlot(1, 0x100, 0x80, flags=KVM_MEMSLOT_INVALID)
    assert seen == [([invalid], [slot]), ([], [invalid])]
    assert_sets_hold(sets, [])


def test_update_of_an_absent_id_raises() -> None:
    """The caller knows whether the slot is there; a delete of nothing is not legal."""
    with pytest.raises(KeyError):
        update_memslots(MemslotSets(), MemorySlot(1, 0, 0), Change.DELETE)


def some_slots(seed: int, n: int) -> list[MemorySlot]:
    """Return n slots that do not overlap, lowest GFN first, some of them touching, ids in any order."""
    rng = Random(seed)
    ids, gfn, slots = rng.sample(range(n), n), rng.randint(0, 3), list[MemorySlot]()
    for slot_id in ids:
        slots.append(MemorySlot(slot_id, gfn, rng.randint(1, 4)))
        gfn += slots[-1].npages + rng.choice((0, 0, 1, 5))
    return slots


def tree_of(slots: list[MemorySlot], seed: int = 0) -> WatchedTree:
    """Return a tree of these slots, inserted in any order."""
    return WatchedTree(Random(seed).sample(slots, len(slots)))


def ranges(seed: int) -> Iterator[tuple[list[MemorySlot], int, int]]:
    """Yield slots and every range over their frames."""
    slots = some_slots(seed, seed)
    last = slots[-1].base_gfn + slots[-1].npages + 2 if slots else 3
    yield from ((slots, start, end) for start in range(last) for end in range(start, last + 1))


@pytest.mark.parametrize("seed", range(9))
def test_range_walk_yields_what_a_linear_scan_finds(seed: int) -> None:
    """On every range: the slots that have a frame in it, lowest GFN first; an empty range has none."""
    tree = tree_of(some_slots(seed, seed))
    for slots, start, end in ranges(seed):
        scan = [slot for slot in slots if slot.base_gfn < end and slot.base_gfn + slot.npages > start]
        found = list(for_each_memslot_in_gfn_range(tree, start, end))

        # Subtle: as in the kernel, a range without frames inside of a slot yields that slot.
        assert found == scan, (start, end)


def test_range_walk_visits_few_of_many_nodes() -> None:
    """A walk of k slots looks at two ways down and k nodes at most."""
    slots = some_slots(7, 2000)
    tree = tree_of(slots)
    for i in range(0, 2000, 37):
        tree.forget()
        start, end = slots[i].base_gfn, slots[min(i + 3, 1999)].base_gfn + 1
        found = list(for_each_memslot_in_gfn_range(tree, start, end))

        assert tree.visits <= 2 * tree.peek(GfnTree.height) + len(found)


def test_overlaps_other_ids_only() -> None:
    """A slot does not overlap itself: its own old range does not count."""
    sets = MemslotSets()
    for slot in (MemorySlot(1, 0x100, 0x80), MemorySlot(2, 0x180, 0x80)):
        update_memslots(sets, slot, Change.CREATE)

    assert not overlaps(sets.active, MemorySlot(1, 0xF0, 0x80))
    assert overlaps(sets.active, MemorySlot(1, 0x101, 0x80))
    assert not overlaps(sets.active, MemorySlot(3, 0x200, 0x80))


@pytest.mark.parametrize("seed", range(9))
def test_search_finds_what_a_linear_scan_finds(seed: int) -> None:
    """With and without the slot of the last search."""
    slots = some_slots(seed, seed)
    sets = MemslotSets()
    for slot in slots:
        update_memslots(sets, slot, Change.CREATE)
    last = slots[-1].base_gfn + slots[-1].npages + 2 if slots else 3
    for gfn in Random(seed).sample(range(last), last):
        want = next((slot for slot in slots if slot.base_gfn <= gfn < slot.base_gfn + slot.npages), None)

        assert search_memslots(sets.active, gfn) == want
        assert gfn_to_memslot(sets.active, gfn) == want


def test_last_used_slot_follows_a_replaced_slot() -> None:
    """The cursor names the new slot after a change of flags, and nothing after a delete."""
    sets, slot = MemslotSets(), MemorySlot(1, 0x100, 0x80)
    update_memslots(sets, slot, Change.CREATE)
    for each in (sets.active, sets.inactive):
        gfn_to_memslot(each, 0x100)
    new = MemorySlot(1, 0x100, 0x80, flags=1)
    update_memslots(sets, new, Change.FLAGS_ONLY)

    assert sets.active.last_used_slot is sets.inactive.last_used_slot is new

    update_memslots(sets, MemorySlot(1, 0, 0), Change.DELETE)
    assert sets.active.last_used_slot is sets.inactive.last_used_slot is None


def test_visits_of_creates_grow_with_the_logarithm() -> None:
    """A create looks at a way down, and on the way up at the uncles, in each of the two trees."""
    sets, n = MemslotSets(WatchedTree), 500
    for i in range(n):
        visits = visits_of_update(sets, MemorySlot(i, 0x100 * i, 0x80), Change.CREATE)

        assert visits <= 2 * (3 * log2(i + 2) + 3)
    assert_balanced(sets.active.gfn_tree)


def test_visits_of_new_flags_do_not_grow() -> None:
    """A node that is replaced in place needs no descent."""
    sets = MemslotSets(WatchedTree)
    for i in range(500):
        update_memslots(sets, MemorySlot(i, 0x100 * i, 0x80), Change.CREATE)
    most = max(visits_of_update(sets, MemorySlot(i, 0x100 * i, 0x80, flags=1), Change.FLAGS_ONLY) for i in range(500))

    assert most <= 2 * 5  # the old node, the new one, its parent and its two children


def test_peek_counts_nothing_and_forgets_nothing() -> None:
    """What was looked at before is still counted after, and no more."""
    tree = tree_of(some_slots(3, 20))
    assert tree.root
    root = tree.root.slot

    assert tree.peek(GfnTree.height) >= 5
    assert (tree.visits, tree.visited) == (1, {root.id})
