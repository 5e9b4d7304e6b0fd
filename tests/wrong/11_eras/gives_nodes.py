"""The node in place of its slot."""

FAILS = ["one slot", "begins before", "borders", "several slots", "few nodes"]
NAMED = "range-gives-nodes"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        if node.slot.base_gfn > start:
            yield from visit(node.left)
        if node.slot.base_gfn < end:
            if node.slot.base_gfn + node.slot.npages > start:
                yield node
            yield from visit(node.right)

    return visit(tree.root)
