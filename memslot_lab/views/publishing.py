"""Readers and a writer: what each reader may see at each moment, as text and as an HTML table."""

from collections.abc import Iterable, Sequence
from html import escape

from memslot_lab.engine.model import Memslots
from memslot_lab.publish import (
    KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS,
    Moment,
    Publisher,
    Reader,
    is_invalid,
)
from memslot_lab.views.array import CELL, MONO, RIGHT, Picture

__all__ = ["Timeline", "generation_text", "seen_text", "table_picture"]


def seen_text(slots: Memslots) -> str:
    """Return what a reader finds in a set: its ids, highest GFN first, "!" behind one that is marked INVALID.

    Examples
    --------
    >>> seen_text(Memslots(capacity=2))
    'nothing'
    """
    used = slots.memslots[: max(slots.used_slots, 0)]
    return " ".join(f"{slot.id}!" if is_invalid(slot) else f"{slot.id}" for slot in used) or "nothing"


def generation_text(generation: int) -> str:
    """Return a generation, with a word for its bit 63.

    Examples
    --------
    >>> generation_text(4), generation_text((1 << 63) | 4)
    ('4', '4, in progress')
    """
    number = generation & ~KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS
    return f"{number}, in progress" if generation & KVM_MEMSLOT_GEN_UPDATE_IN_PROGRESS else str(number)


def table_picture(heads: Sequence[str], rows: Iterable[Sequence[str]], *, lit: Iterable[int] = ()) -> Picture:
    """Return a table as text and as HTML; the rows named in `lit` are marked by a sign and a tint."""
    body, marked = [list(row) for row in rows], set(lit)
    lines = [list(heads), *body]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    signs = ["  ", *("> " if i in marked else "  " for i in range(len(body)))]
    text = "\n".join(
        (sign + "   ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))).rstrip()
        for sign, row in zip(signs, lines, strict=True)
    )
    top = "".join(f'<th scope="col" style="{CELL}">{escape(head)}</th>' for head in heads)
    inner = "".join(_row_html(row, lit=i in marked) for i, row in enumerate(body))
    return Picture(
        text, f'<table style="border-collapse: collapse"><thead><tr>{top}</tr></thead><tbody>{inner}</tbody></table>'
    )


def _row_html(row: Sequence[str], *, lit: bool) -> str:
    tint = f"; {RIGHT}" if lit else ""
    first, *rest = row
    cells = "".join(f'<td style="{MONO}{tint}">{escape(cell)}</td>' for cell in rest)
    return f'<tr><th scope="row" style="{CELL}{tint}">{"▸ " if lit else ""}{escape(first)}</th>{cells}</tr>'


class Timeline:
    """A writer's moments, one row each, and what everybody sees at that moment.

    Parameters
    ----------
    vm : Publisher
        Looked at whenever a moment is noted.
    """

    def __init__(self, vm: Publisher) -> None:
        self._vm = vm
        self._rows: list[tuple[str, str, str, dict[str, str]]] = []
        self.note("before")

    def note(self, moment: Moment | str) -> None:
        """Keep what is to be seen now."""
        doing = moment if isinstance(moment, str) else moment.doing
        active = self._vm.active
        readers = {reader.name: _reader_text(reader) for reader in self._vm.readers}
        self._rows.append((doing, seen_text(active), generation_text(active.generation), readers))

    @property
    def picture(self) -> Picture:
        """The table so far; an empty cell before a reader has entered."""
        names = [reader.name for reader in self._vm.readers]
        heads = ["the writer", "who enters now sees", "generation", *(f"{name} sees" for name in names)]
        rows = [
            [doing, active, gen, *(seen.get(name, "") for name in names)] for doing, active, gen, seen in self._rows
        ]
        return table_picture(heads, rows)

    def __repr__(self) -> str:
        return self.picture.text

    def _repr_html_(self) -> str:
        return self.picture.html


def _reader_text(reader: Reader) -> str:
    return seen_text(reader.slots) if reader.inside else "(left)"
