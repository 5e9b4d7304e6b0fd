"""Draw a tree of slots: LOWEST GFN LEFT, both ends labelled, the nodes that a call looked at marked."""

from collections.abc import Collection
from html import escape
from typing import NamedTuple

from memslot_lab.engine.model import MemorySlot
from memslot_lab.eras.rbtree import LEFT, GfnTree, Node
from memslot_lab.eras.visits import WatchedTree
from memslot_lab.views.array import Picture

__all__ = ["TreeRow", "read_tree", "show_tree"]

_MOST = 40  # nodes that are drawn
_STEP, _LEVEL, _RADIUS = 52, 58, 17  # pixels


class TreeRow(NamedTuple):
    """One node of a tree.

    Parameters
    ----------
    slot : MemorySlot
        In it.
    depth : int
        0 for the root.
    parent : int
        Place of the parent among the rows, -1 for the root.
    red : bool
        Its colour.
    """

    slot: MemorySlot
    depth: int
    parent: int
    red: bool


def read_tree(tree: GfnTree) -> tuple[TreeRow, ...]:
    """Return the nodes, lowest GFN first; those of a watched tree are not counted as looked at."""
    return tree.peek(_rows) if isinstance(tree, WatchedTree) else _rows(tree)


def _rows(tree: GfnTree) -> tuple[TreeRow, ...]:
    nodes: list[Node] = []
    node = tree.root.outermost(LEFT) if tree.root else None
    while node:
        nodes.append(node)
        node = node.next()
    place = {node: i for i, node in enumerate(nodes)}
    return tuple(TreeRow(n.slot, _depth(n), place[n.parent] if n.parent else -1, n.red) for n in nodes)


def _depth(node: Node) -> int:
    return 1 + _depth(node.parent) if node.parent else 0


def show_tree(
    tree: GfnTree | tuple[TreeRow, ...], *, looked_at: Collection[int] = (), found: Collection[int] = ()
) -> Picture:
    """Return a picture of a tree.

    Parameters
    ----------
    tree : GfnTree or tuple of TreeRow
        At most 40 nodes are drawn; of a larger tree the count is said.
    looked_at, found : collection of int
        Ids of slots to mark: those looked at with a ring, those found with a bar.

    Examples
    --------
    >>> tree = WatchedTree(MemorySlot(i, 0x100 * i, 0x80) for i in (2, 0, 1))
    >>> show_tree(tree, looked_at={1, 2}, found={2})
    LEFT (lowest GFN)
        slot 0  0x0..0x7f     red
      slot 1  0x100..0x17f  black  looked at
        slot 2  0x200..0x27f  red    looked at  found
    RIGHT (highest GFN)
    """
    rows = read_tree(tree) if isinstance(tree, GfnTree) else tree
    if not rows:
        return Picture("an empty tree", "<p>an empty tree</p>")
    if len(rows) > _MOST:
        text = f"a tree of {len(rows):,} slots, {max(row.depth for row in rows) + 1} nodes high"
        text += f"; {len(looked_at)} nodes looked at" if looked_at else ""
        return Picture(text, f"<p>{text}</p>")
    text = _text(rows, looked_at, found)
    return Picture(text, _svg(rows, looked_at, found, text))


def _text(rows: tuple[TreeRow, ...], looked_at: Collection[int], found: Collection[int]) -> str:
    width = max(len(_range(row.slot)) for row in rows)
    lines = [
        f"{'  ' * (row.depth + 1)}slot {row.slot.id}  {_range(row.slot):{width}}  {'red  ' if row.red else 'black'}"
        f"{'  looked at' * (row.slot.id in looked_at)}{'  found' * (row.slot.id in found)}".rstrip()
        for row in rows
    ]
    return "\n".join(["LEFT (lowest GFN)", *lines, "RIGHT (highest GFN)"])


def _range(slot: MemorySlot) -> str:
    return f"{slot.base_gfn:#x}..{slot.base_gfn + slot.npages - 1:#x}"


def _svg(rows: tuple[TreeRow, ...], looked_at: Collection[int], found: Collection[int], text: str) -> str:
    width = (len(rows) + 1) * _STEP
    bottom = (max(row.depth for row in rows) + 1) * _LEVEL + 14
    places = [((i + 1) * _STEP, row.depth * _LEVEL + 30) for i, row in enumerate(rows)]
    parts = [
        f'<line x1="{x}" y1="{y}" x2="{places[row.parent][0]}" y2="{places[row.parent][1]}" stroke="#888"/>'
        for row, (x, y) in zip(rows, places, strict=True)
        if row.parent >= 0
    ]
    for row, place in zip(rows, places, strict=True):
        parts += _node(row, place, looked_at, found)
    parts.append(f'<text x="4" y="{bottom + 14}" fill="currentColor">LEFT: lowest GFN</text>')
    parts.append(
        f'<text x="{width - 4}" y="{bottom + 14}" text-anchor="end" fill="currentColor">RIGHT: highest GFN</text>'
    )
    legend = "dark: black, dashed: red" + ("; blue ring: looked at" if looked_at else "")
    legend += "; bar: found" if found else ""
    parts.append(f'<text x="4" y="{bottom + 32}" fill="currentColor" font-size="11">{legend}</text>')
    # Scrolled sideways rather than shrunk, for its text would be too small.
    return (
        f'<div style="overflow-x: auto" tabindex="0" role="group" aria-label="a tree of {len(rows)} slots">'
        f'<svg role="img" aria-label="{escape(text)}" width="{width}" height="{bottom + 40}" '
        f'viewBox="0 0 {width} {bottom + 40}" style="max-width: none" '
        f'font-family="monospace" font-size="12">{"".join(parts)}</svg></div>'
    )


def _node(row: TreeRow, place: tuple[int, int], looked_at: Collection[int], found: Collection[int]) -> list[str]:
    (x, y), slot = place, row.slot
    fill, ink = ("#D55E00", "#000") if row.red else ("#222", "#fff")
    border = 'stroke="#fff" stroke-dasharray="4 3"' if row.red else 'stroke="#888"'
    parts: list[str] = []
    if slot.id in looked_at:
        parts.append(f'<circle cx="{x}" cy="{y}" r="{_RADIUS + 5}" fill="none" stroke="#0072B2" stroke-width="4"/>')
    parts.append(f'<circle cx="{x}" cy="{y}" r="{_RADIUS}" fill="{fill}" {border}/>')
    parts.append(f'<text x="{x}" y="{y + 4}" text-anchor="middle" fill="{ink}">{slot.id}</text>')
    label = f"{slot.base_gfn:#x}"
    parts.append(f'<text x="{x}" y="{y + 36}" text-anchor="middle" fill="currentColor" font-size="11">{label}</text>')
    if slot.id in found:
        parts.append(f'<rect x="{x - 18}" y="{y + 40}" width="36" height="4" fill="#009E73"/>')
    return parts
