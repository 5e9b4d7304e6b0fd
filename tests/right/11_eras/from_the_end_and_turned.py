"""Walks down from the end, then turns the list around."""


class Walk:
    def __init__(self, start, end):
        self.start, self.end, self.found = start, end, []

    def last(self, node):
        best = None
        while node:
            if node.slot.base_gfn < self.end:
                best, node = node, node.right
            else:
                node = node.left
        return best


def for_each_in_gfn_range(tree, start, end):
    walk = Walk(start, end)
    node = walk.last(tree.root)
    while node and node.slot.base_gfn + node.slot.npages > start:
        walk.found.append(node.slot)
        node = node.previous()
    walk.found.reverse()
    return iter(walk.found)
