"""Guest memory over time: which slot holds which range after each request, as a matplotlib figure."""

# pyright: reportUnknownMemberType=false
# matplotlib's own types leave **kwargs open.

from __future__ import annotations

from bisect import bisect_left
from math import log2
from pathlib import Path
from typing import TYPE_CHECKING

from memslot_lab.captures.result import Replay, Span, VmReplay
from memslot_lab.engine.region import KVM_MEM_LOG_DIRTY_PAGES, KVM_MEM_READONLY, PAGE_SHIFT
from memslot_lab.views.units import size_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["PlotError", "memory_figure", "save_memory_plot"]

# Okabe and Ito's colours, told apart by colour-blind eyes; black text reads on all of them.
_COLOURS = ("#56B4E9", "#E69F00", "#009E73", "#F0E442", "#CC79A7", "#D55E00", "#BBBBBB")
_HATCHES = {
    0: "",
    KVM_MEM_READONLY: "//",
    KVM_MEM_LOG_DIRTY_PAGES: "..",
    KVM_MEM_READONLY | KVM_MEM_LOG_DIRTY_PAGES: "xx",
}
_PANELS = 4
_WIDTH = 11.0  # inches
_ROW = 0.155  # inches, room for a line of 8 point text
_TALLEST = 60.0  # inches of a panel: beyond, rows get lower than their text and lose it
_POINTS = 72.0  # in an inch


class PlotError(Exception):
    """A picture that cannot be made."""


def save_memory_plot(result: Replay, path: Path, *, most: int) -> None:
    """Draw `memory_figure()` into a file; the ending tells the format.

    Raises
    ------
    PlotError
        matplotlib is missing, the ending is unknown, or the file cannot be written.
    """
    if not path.suffix or path.is_dir():
        raise PlotError(f"{path}: no name of a picture; add an ending such as .png or .svg")
    if path.exists() and path.samefile(result.path):
        raise PlotError(f"{path}: that is the capture itself; name another file")
    figure = memory_figure(result, most=most)
    try:
        figure.savefig(path, dpi=110)
    except (ValueError, RuntimeError) as error:
        raise PlotError(f"{path}: {error}; use an ending such as .png or .svg") from error
    except OSError as error:
        raise PlotError(f"{path}: cannot be written ({error.strerror}); choose another folder") from error


def memory_figure(result: Replay, *, most: int) -> Figure:
    """Return a figure with a panel for each of the busiest VMs and its address spaces.

    The address axis is not to scale: each range between two borders gets a height by the logarithm of its size,
    so that a page and a gigabyte can both be read.

    Parameters
    ----------
    result : Replay
        From `replay()` with a history.
    most : int
        The length of that history, in requests of a VM.

    Raises
    ------
    PlotError
        matplotlib is missing, or no slot was ever made.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError("a plot needs matplotlib; pip install 'memslot-lab[lab]'") from error

    panels = _panels(result)
    if not panels:
        raise PlotError(f"{result.path}: nothing to draw, no request made a slot")
    scales = [_scale(spans) for _, _, spans in panels]
    heights = [min(max(2.2, _ROW * max(scale.values()) + 0.8), _TALLEST) for scale in scales]
    figure = Figure(figsize=(_WIDTH, sum(heights) + 0.6), layout="constrained")
    axes = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axis, height, scale, (title, vm, spans) in zip(axes, heights, scales, panels, strict=True):
        _draw(axis, spans, scale, min(vm.requests, most), (height - 0.8) * _POINTS)
        drawn = f", the first {most:,} drawn" if vm.requests > most else ""
        axis.set_title(f"{title}: {vm.requests:,} requests{drawn}, {vm.used_slots} slots at the end", loc="left")
    figure.supylabel("guest physical address (not to scale)", fontsize=10)
    busiest = f", the busiest of {len(result.vms):,} virtual machines" if len(result.vms) > _PANELS else ""
    name = result.path.name.encode(errors="replace").decode()
    figure.suptitle(f"Guest memory over time: {name}{busiest}", fontweight="bold", parse_math=False)
    return figure


def _panels(result: Replay) -> list[tuple[str, VmReplay, list[Span]]]:
    busiest = sorted(enumerate(result.vms), key=lambda item: -item[1].requests)[:_PANELS]
    return [
        (f"VM {number}" + (f", address space {space}" if space else ""), vm, spans)
        for number, vm in sorted(busiest)
        for space in range(len(vm.memslots))
        if (spans := [span for span in vm.spans if span.address_space == space])
    ]


def _scale(spans: list[Span]) -> dict[int, float]:
    """Return where each guest frame stands at which a slot ever began or ended, lowest first.

    A hole takes one row, a range that was ever used one or more.
    """
    borders = sorted({gfn for span in spans for gfn in (span.slot.base_gfn, span.slot.base_gfn + span.slot.npages)})
    used = [False] * len(borders)
    for span in spans:
        low = bisect_left(borders, span.slot.base_gfn)
        high = bisect_left(borders, span.slot.base_gfn + span.slot.npages)
        used[low:high] = [True] * (high - low)
    swell = min(1.0, 20 / len(borders)) / 10  # with many borders, every row stays one line of text high
    at = [0.0]
    for i in range(len(borders) - 1):
        at.append(at[-1] + 1 + (log2(borders[i + 1] - borders[i]) * swell if used[i] else 0))
    return dict(zip(borders, at, strict=True))


def _draw(axis: Axes, spans: list[Span], place: dict[int, float], requests: int, points: float) -> None:
    from matplotlib.patches import Patch, Rectangle

    borders, at = list(place), list(place.values())
    row = points / at[-1]
    for span in spans:
        slot = span.slot
        low, high = place[slot.base_gfn], place[slot.base_gfn + slot.npages]
        axis.add_patch(
            Rectangle(
                (span.first + 0.5, low),
                span.end - span.first,
                high - low,
                facecolor=_COLOURS[slot.id % len(_COLOURS)],
                edgecolor="black",
                linewidth=0.6,
                hatch=_HATCHES.get(slot.flags & 3, ""),
            )
        )
        _label(axis, span, (low, high), row, (_WIDTH - 2.5) * _POINTS / requests, requests)

    axis.set_xlim(0.5, requests + 0.5)
    axis.set_ylim(at[0], at[-1])
    axis.set_xlabel("after request")
    for y, va, text in ((1, "top", "FRONT\nhighest\nGFN"), (0, "bottom", "BACK\nlowest\nGFN")):
        axis.annotate(
            text, (1, y), xycoords="axes fraction", xytext=(28, 0), textcoords="offset points", va=va, fontsize=9
        )
    ticks = _spread(at, row)
    axis.set_yticks([at[i] for i in ticks], [f"{borders[i] << PAGE_SHIFT:#x}" for i in ticks], family="monospace")
    axis.tick_params(axis="y", labelsize=8)
    flags = {span.slot.flags & 3 for span in spans} - {0}
    names = {1: "dirty logging on", 2: "read-only", 3: "read-only, dirty logging on"}
    if flags:
        patches = [
            Patch(facecolor="white", edgecolor="black", hatch=_HATCHES[bit], label=names[bit]) for bit in sorted(flags)
        ]
        axis.legend(handles=patches, loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False, fontsize=8)


def _label(axis: Axes, span: Span, place: tuple[float, float], row: float, column: float, requests: int) -> None:
    """Write the slot's id, and its size where there is room; beside the picture if there is none inside."""
    low, high = place
    width, height = (span.end - span.first) * column, (high - low) * row
    colour = _COLOURS[span.slot.id % len(_COLOURS)]
    for text in (f"{span.slot.id}: {size_of(span.slot.npages)}", f"{span.slot.id}"):
        if len(text) * 5 + 4 < width and height >= 8:
            axis.text(
                (span.first + span.end + 1) / 2,
                (low + high) / 2,
                text,
                ha="center",
                va="center_baseline",
                fontsize=8,
                bbox={"facecolor": colour, "edgecolor": "none", "pad": 0.8},
            )
            return
    if span.end == requests and height >= 8:
        axis.annotate(
            f"{span.slot.id}",
            (requests + 0.5, (low + high) / 2),
            xytext=(3, 0),
            textcoords="offset points",
            va="center_baseline",
            fontsize=8,
        )


def _spread(at: list[float], row: float) -> list[int]:
    """Return which borders can be named without one name touching the next."""
    chosen: list[int] = []
    for i in range(len(at)):
        if not chosen or (at[i] - at[chosen[-1]]) * row >= 9:
            chosen.append(i)
    return chosen
