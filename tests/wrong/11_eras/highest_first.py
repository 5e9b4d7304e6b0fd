"""As in the array."""

FAILS = ["begins before", "several slots", "few nodes"]
NAMED = "range-highest-first"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        slot = node.slot
        if slot.base_gfn < end:
            yield from visit(node.right)
            if slot.base_gfn + slot.npages > start:
                yield slot
        if slot.base_gfn > start:
            yield from visit(node.left)

    return visit(tree.root)
