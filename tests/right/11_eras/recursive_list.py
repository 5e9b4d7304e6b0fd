"""Lists put together on the way up."""


def inside(node, start, end):
    if not node:
        return []
    first, behind = node.slot.base_gfn, node.slot.base_gfn + node.slot.npages
    if behind <= start:
        return inside(node.right, start, end)
    if first >= end:
        return inside(node.left, start, end)
    return [*inside(node.left, start, end), node.slot, *inside(node.right, start, end)]


def for_each_in_gfn_range(tree, start, end):
    return inside(tree.root, start, end)
