"""Asks the root for its slot at once."""

FAILS = ["empty tree"]
NAMED = "range-needs-a-root"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        found = []
        if node.left is not None and node.slot.base_gfn > start:
            found += visit(node.left)
        if node.slot.base_gfn < end and node.slot.base_gfn + node.slot.npages > start:
            found.append(node.slot)
        if node.right is not None and node.slot.base_gfn < end:
            found += visit(node.right)
        return found

    return visit(tree.root)
