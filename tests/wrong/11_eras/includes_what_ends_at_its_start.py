"""One frame too many at the back of a slot."""

FAILS = ["borders", "few nodes"]
NAMED = "range-includes-what-ends-at-its-start"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        slot = node.slot
        if slot.base_gfn >= start:
            yield from visit(node.left)
        if slot.base_gfn < end and slot.base_gfn + slot.npages >= start:
            yield slot
        if slot.base_gfn < end:
            yield from visit(node.right)

    return visit(tree.root)
