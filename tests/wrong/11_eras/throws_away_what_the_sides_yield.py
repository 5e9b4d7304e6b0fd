"""Calls itself on both sides, and lets what they yield go."""

FAILS = ["begins before", "borders", "several slots", "few nodes"]
NAMED = "range-throws-away-what-the-sides-yield"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return
        if node.slot.base_gfn > start:
            visit(node.left)
        if node.slot.base_gfn < end and node.slot.base_gfn + node.slot.npages > start:
            yield node.slot
        if node.slot.base_gfn < end:
            visit(node.right)

    yield from visit(tree.root)
