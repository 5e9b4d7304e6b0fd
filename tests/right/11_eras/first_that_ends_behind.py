"""Goes down for the first slot that ends behind the start."""


def for_each_in_gfn_range(tree, start, end):
    """Slots do not overlap, so their ends are in order too."""
    found, node, first = [], tree.root, None
    while node is not None:
        if node.slot.base_gfn + node.slot.npages > start:
            first = node
            node = node.left
        else:
            node = node.right
    while first is not None and first.slot.base_gfn < end:
        found.append(first.slot)
        first = first.next()
    return found
