"""Begins at the last slot at or below `start`, which need not be there."""

FAILS = ["one slot", "several slots"]
NAMED = "range-needs-a-slot-at-its-start"


def for_each_in_gfn_range(tree, start, end):
    node, best = tree.root, None
    while node:
        if node.slot.base_gfn > start:
            node = node.left
        else:
            best = node
            node = node.right
    found = []
    while best and best.slot.base_gfn < end:
        if best.slot.base_gfn + best.slot.npages > start:
            found.append(best.slot)
        best = best.next()
    return found
