"""The kernel's way: one descent, a step back, then neighbours."""


def for_each_in_gfn_range(tree, start, end):
    above, node = None, tree.root
    while node:
        if start < node.slot.base_gfn:
            above, node = node, node.left
        else:
            node = node.right
    if above:
        node = above.previous() or above
    elif tree.root:
        node = tree.root.outermost(1)
    if node and node.slot.base_gfn + node.slot.npages <= start:
        node = node.next()
    while node and node.slot.base_gfn < end:
        yield node.slot
        node = node.next()
