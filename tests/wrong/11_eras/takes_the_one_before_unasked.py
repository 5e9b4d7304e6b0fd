"""Nobody asks where it ends."""

FAILS = ["one slot", "borders", "few nodes"]
NAMED = "range-takes-the-one-before-unasked"


def for_each_in_gfn_range(tree, start, end):
    found, node, candidate = [], tree.root, None
    while node is not None:
        if start < node.slot.base_gfn:
            node = node.left
        else:
            candidate = node
            node = node.right
    if candidate is None and tree.root is not None:
        candidate = tree.root
        while candidate.left is not None:
            candidate = candidate.left
    while candidate is not None and candidate.slot.base_gfn < end:
        found.append(candidate.slot)
        candidate = candidate.next()
    return found
