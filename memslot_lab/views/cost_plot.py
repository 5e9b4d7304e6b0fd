"""What creating slots costs, by order of creation and by kernel, as matplotlib figures."""

# pyright: reportUnknownMemberType=false
# matplotlib's own types leave **kwargs open.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from random import Random
from typing import TYPE_CHECKING

from memslot_lab.cost import cost_of
from memslot_lab.engine.model import Change, Gfn, MemorySlot, Memslots
from memslot_lab.engine.update import update_memslots
from memslot_lab.eras import v5_6
from memslot_lab.eras.v5_17 import MemslotSets
from memslot_lab.eras.visits import WatchedTree, visits_of_update
from memslot_lab.views.memory_plot import PlotError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["KERNELS", "ORDERS", "create_costs", "eras_figure", "gfns_in_order", "orders_figure"]

ORDERS = ("ascending", "random", "descending")
KERNELS = ("5.6, high ids first", "5.6", "5.7", "5.17")

# Okabe and Ito's colours, told apart by colour-blind eyes; the dashes tell lines apart that lie on each other.
_STYLES = {
    "5.6, high ids first": ("#D55E00", "-.", 2.0),
    "5.6": ("#E69F00", "-", 4.5),
    "5.7": ("#0072B2", "-", 1.6),
    "5.17": ("#009E73", "--", 2.2),
    "ascending": ("#D55E00", "-", 2.0),
    "random": ("#0072B2", "-", 2.0),
    "descending": ("#009E73", "-", 2.0),
}
_WHERE = {
    "ascending": "each new slot goes to the FRONT (highest GFN so far)",
    "random": "new slots go anywhere",
    "descending": "each new slot goes to the BACK (lowest GFN so far)",
}
_APART = 0.19  # of the height of the axes, between two labels
_PAGES = 0x80


def gfns_in_order(order: str, n: int, *, seed: int = 2019) -> list[Gfn]:
    """Return the GFNs of n slots that do not overlap, in the order in which they are created.

    Parameters
    ----------
    order : str
        One of ORDERS.
    n : int
        How many.
    seed : int
        Of the random order.

    Raises
    ------
    PlotError
        There is no such order.
    """
    gfns = [0x100 * i for i in range(n)]
    if order == "random":
        Random(seed).shuffle(gfns)
    elif order == "descending":
        gfns.reverse()
    elif order != "ascending":
        raise PlotError(f"no order is called {order!r}; there is: {', '.join(ORDERS)}")
    return gfns


def create_costs(kernel: str, gfns: Sequence[Gfn]) -> list[int]:
    """Return what creating slots with these GFNs has cost after 0, 1, 2, ... of them.

    In kernels 5.6 and 5.7 that is entries shifted, in 5.17 nodes looked at in both trees.

    Parameters
    ----------
    kernel : str
        One of KERNELS. "5.6, high ids first" gives the first slot the highest id, the others ids from 0 up.
    gfns : sequence of Gfn
        In order of creation, at most 512, a multiple of 0x100 each.

    Raises
    ------
    PlotError
        There is no such kernel.

    Examples
    --------
    >>> create_costs("5.7", gfns_in_order("ascending", 4)), create_costs("5.7", gfns_in_order("descending", 4))
    ([0, 0, 1, 3, 6], [0, 0, 0, 0, 0])
    """
    if kernel not in _COUNTERS:
        raise PlotError(f"no kernel is called {kernel!r}; there is: {', '.join(KERNELS)}")
    ids = range(len(gfns) - 1, -1, -1) if kernel.endswith("high ids first") else range(len(gfns))
    slots = (MemorySlot(i, gfn, _PAGES) for i, gfn in zip(ids, gfns, strict=True))
    return [*accumulate(_COUNTERS[kernel](slots), initial=0)]


def _shifts_5_6(new: Iterator[MemorySlot]) -> Iterator[int]:
    slots = v5_6.alloc_memslots()
    for slot in new:
        used, old = slots.used_slots, slots.id_to_index[slot.id]
        v5_6.update_memslots(slots, slot, Change.CREATE)
        yield v5_6.shifts_of(Change.CREATE, used_slots=used, old=old, new=slots.id_to_index[slot.id])


def _shifts_5_7(new: Iterator[MemorySlot]) -> Iterator[int]:
    slots = Memslots()
    for slot in new:
        update_memslots(slots, slot, Change.CREATE)
        yield cost_of(Change.CREATE, used_slots=slots.used_slots - 1, old=-1, new=slots.id_to_index[slot.id]).shifts


def _visits_5_17(new: Iterator[MemorySlot]) -> Iterator[int]:
    sets = MemslotSets(WatchedTree)
    for slot in new:
        yield visits_of_update(sets, slot, Change.CREATE)


_COUNTERS: dict[str, Callable[[Iterator[MemorySlot]], Iterator[int]]] = {
    "5.6, high ids first": _shifts_5_6,
    "5.6": _shifts_5_6,
    "5.7": _shifts_5_7,
    "5.17": _visits_5_17,
}


def orders_figure(n: int = 509, *, seed: int = 2019) -> Figure:
    """Return a figure of kernel 5.7's shifts in the three orders of creation, beside the closed forms.

    Parameters
    ----------
    n : int
        How many slots, at most 512.
    seed : int
        Of the random order.

    Raises
    ------
    PlotError
        matplotlib is missing.
    """
    figure = _new_figure(7.8, 4.4)
    axes = figure.subplots()
    curves = {order: create_costs("5.7", gfns_in_order(order, n, seed=seed)) for order in ORDERS}
    _curves(axes, curves, curves["ascending"][-1])
    for part in (2, 4):
        axes.plot([i * (i - 1) / part for i in range(n + 1)], color="black", linestyle=":", linewidth=1.2, zorder=3)
    axes.set_ylabel("entries shifted, in all")
    axes.set_title(f"Creating {n} slots in kernel 5.7, by the order of their GFNs", loc="left", fontweight="bold")
    _caption(
        figure,
        "Solid: the shifts of update_memslots() (virt/kvm/kvm_main.c, v5.7), counted in memslot_lab.engine.\n"
        "Dotted: n(n-1)/2 and n(n-1)/4. Ascending: each new slot goes to the FRONT (highest GFN),\n"
        f"descending: to the BACK (lowest GFN). Random: seed {seed}.",
    )
    return figure


def eras_figure(n: int = 509, *, seed: int = 2019) -> Figure:
    """Return a figure with a panel for each order of creation, and in each a line for each kernel.

    Parameters
    ----------
    n : int
        How many slots, at most 512.
    seed : int
        Of the random order.

    Raises
    ------
    PlotError
        matplotlib is missing.
    """
    figure = _new_figure(7.8, 9.6)
    panels = figure.subplots(len(ORDERS), 1)
    curves = {
        order: {kernel: create_costs(kernel, gfns_in_order(order, n, seed=seed)) for kernel in KERNELS}
        for order in ORDERS
    }
    highest = max(curve[-1] for of_order in curves.values() for curve in of_order.values())
    for axes, order in zip(panels, ORDERS, strict=True):
        _curves(axes, curves[order], highest)
        axes.set_title(f"{order}: {_WHERE[order]}", loc="left", fontsize=10)
        axes.set_ylabel("entries shifted,\nor nodes looked at")
    figure.suptitle(f"Creating {n} slots in three kernels", fontweight="bold")
    _caption(
        figure,
        "Totals, counted in memslot_lab.eras.v5_6, memslot_lab.engine and memslot_lab.eras.v5_17, after\n"
        "update_memslots() (v5.6, v5.7) and kvm_set_memslot() (v5.17), virt/kvm/kvm_main.c. A shift copies 88 bytes;\n"
        f'a node is looked at. Ids from 0 up; in "high ids first" from {n - 1} down. Random: seed {seed}.',
    )
    return figure


def _new_figure(width: float, height: float) -> Figure:
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError("a plot needs matplotlib; pip install 'memslot-lab[lab]'") from error
    return Figure(figsize=(width, height), layout="constrained")


def _curves(axes: Axes, curves: dict[str, list[int]], highest: int) -> None:
    """Draw the lines on an axis that ends at `highest`, each with its name and last value at its end."""
    for name, curve in curves.items():
        colour, dashes, width = _STYLES[name]
        axes.plot(curve, color=colour, linestyle=dashes, linewidth=width)
    _labels(axes, curves, highest)
    axes.set_xlim(0, max(map(len, curves.values())) - 1)
    axes.set_ylim(-0.02 * highest, 1.04 * highest)
    axes.set_xlabel("slots created")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _labels(axes: Axes, curves: dict[str, list[int]], highest: int) -> None:
    """Write beside each end which lines end there, and where; no label touches the next."""
    ends: dict[int, list[str]] = {}
    for name, curve in curves.items():
        ends.setdefault(curve[-1], []).append(name)
    lowest = -highest
    for value, names in sorted(ends.items()):
        lowest = max(value, lowest + _APART * highest)
        axes.annotate(
            f"{' and '.join(names)}:\n{value:,}",
            (1, lowest),
            xycoords=("axes fraction", "data"),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=_STYLES[names[-1]][0],
        )


def _caption(figure: Figure, text: str) -> None:
    figure.supxlabel(text, fontsize=8.5, x=0.01, ha="left")
