"""Only slots that begin in the range."""

FAILS = ["one slot", "begins before", "several slots", "few nodes"]
NAMED = "range-misses-the-one-that-begins-before"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return []
        slot = node.slot
        if slot.base_gfn < start:
            return visit(node.right)
        if slot.base_gfn >= end:
            return visit(node.left)
        return [*visit(node.left), slot, *visit(node.right)]

    return visit(tree.root)
