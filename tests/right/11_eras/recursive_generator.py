"""A recursion that leaves out what cannot be."""


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        slot = node.slot
        if slot.base_gfn > start:
            yield from visit(node.left)
        if slot.base_gfn < end and slot.base_gfn + slot.npages > start:
            yield slot
        if slot.base_gfn + slot.npages < end:
            yield from visit(node.right)

    yield from visit(tree.root)
