"""The end is taken for a frame of the range."""

FAILS = ["borders"]
NAMED = "range-includes-its-end"


def for_each_in_gfn_range(tree, start, end):
    def visit(node):
        if node is None:
            return []
        slot = node.slot
        left = visit(node.left) if slot.base_gfn > start else []
        right = visit(node.right) if slot.base_gfn <= end else []
        here = [slot] if slot.base_gfn <= end and slot.base_gfn + slot.npages > start else []
        return left + here + right

    return visit(tree.root)
