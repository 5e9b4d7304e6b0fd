"""A recursion that leaves nothing out."""

FAILS = ["few nodes"]
NAMED = "range-asks-every-slot"


def for_each_in_gfn_range(tree, start, end):
    found = []

    def visit(node):
        if node is None:
            return
        visit(node.left)
        if node.slot.base_gfn < end and start < node.slot.base_gfn + node.slot.npages:
            found.append(node.slot)
        visit(node.right)

    visit(tree.root)
    return found
