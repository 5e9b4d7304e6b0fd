"""No recursion: a stack of nodes still to be given."""


def for_each_in_gfn_range(tree, start, end):
    waiting, node = [], tree.root
    while waiting or node:
        while node:
            waiting.append(node)
            node = node.left if node.slot.base_gfn > start else None
        node = waiting.pop()
        slot = node.slot
        if slot.base_gfn >= end:
            return
        if slot.base_gfn + slot.npages > start:
            yield slot
        node = node.right
