"""From one end of a slot to the next, by a search each time."""


def next_behind(tree, gfn):
    """The slot that ends behind this frame and is the first to do so."""
    node, best = tree.root, None
    while node:
        if gfn < node.slot.base_gfn + node.slot.npages:
            best, node = node.slot, node.left
        else:
            node = node.right
    return best


def for_each_in_gfn_range(tree, start, end):
    slot = next_behind(tree, start)
    while slot and slot.base_gfn < end:
        yield slot
        slot = next_behind(tree, slot.base_gfn + slot.npages)
