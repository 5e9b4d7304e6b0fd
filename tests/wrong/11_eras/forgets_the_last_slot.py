"""No slot begins above, so none is looked for."""

FAILS = ["one slot", "begins before", "borders", "several slots", "few nodes"]
NAMED = "range-forgets-the-last-slot"


def for_each_in_gfn_range(tree, start, end):
    found = []
    above = None
    node = tree.root
    while node is not None:
        if node.slot.base_gfn > start:
            above = node
            node = node.left
        else:
            node = node.right
    if above is None:
        return found
    before = above.previous()
    if before is not None and before.slot.base_gfn + before.slot.npages > start:
        found.append(before.slot)
    while above is not None and above.slot.base_gfn < end:
        found.append(above.slot)
        above = above.next()
    return found
