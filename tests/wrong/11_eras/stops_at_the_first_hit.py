"""Like a search."""

FAILS = ["begins before", "several slots", "few nodes"]
NAMED = "range-stops-at-the-first-hit"


def for_each_in_gfn_range(tree, start, end):
    best, node = None, tree.root
    while node is not None:
        slot = node.slot
        if slot.base_gfn + slot.npages <= start:
            node = node.right
        else:
            if slot.base_gfn < end:
                best = slot
            node = node.left
    return [] if best is None else [best]
