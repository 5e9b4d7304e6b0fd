"""The node first, then its left side, then its right one."""

FAILS = ["begins before", "several slots", "few nodes"]
NAMED = "range-gives-the-node-before-its-left-side"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        if node.slot.base_gfn < end and start < node.slot.base_gfn + node.slot.npages:
            yield node.slot
        if start < node.slot.base_gfn:
            yield from visit(node.left)
        if node.slot.base_gfn < end:
            yield from visit(node.right)

    yield from visit(tree.root)
