"""Write what goes to a stage, and what comes back from it, as JSON's plain data; read it strictly.

Numbers, strings and None stand for themselves; all else is a list that begins with a name: ``["tuple", 1, 2]``,
``["MemorySlot", 3, 256, 128, 0, 0]``. The entries of an array are in one list, ``["slots", 4, 3, 256, 128, 0, 0]``: how
many None there are at the end, then slot by slot. Last fields that are as when nothing is said are left out. What has
no name here comes back as a `Thing`: its type and its text.

Written and read some hundred times a submission, so in few steps where there is most of it: slots and index tables.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache, lru_cache
from importlib import import_module
from itertools import chain
from operator import attrgetter
from types import GenericAlias, NoneType, UnionType
from typing import Any, TypeAlias, cast, get_args, get_origin, get_type_hints

from memslot_lab.course.stages.base import Setting, Stage
from memslot_lab.engine.model import Change, MemorySlot, Memslots
from memslot_lab.views.array import is_slot
from memslot_lab.watch.words import in_words

__all__ = ["Coded", "CodingError", "Thing", "blank_entries", "decode", "encode", "type_name"]

Coded: TypeAlias = "bool | int | str | list[Coded] | None"

_DEEPEST = 12
_LONGEST = 4000  # characters of a string
_MOST_NONE = 1 << 15  # entries that were never written, beyond any array
_MOST_TOGETHER = 64 * _MOST_NONE  # in all that comes at once
_MOST_OF_SET = 256  # numbers can be chosen so that each is compared with all others
_LARGEST = 10**64  # no number of more digits goes from process to process
_ROOM = "memslot_lab.course.stages"
# Classes of plain fields, by the module that is asked for them when one is met.
_MODULES = {
    "ArrayState": "memslot_lab.views.array",
    "Cost": f"{_ROOM}.searches",
    "CountedState": f"{_ROOM}.movers",
    "Facts": f"{_ROOM}.playing",
    "KernelWarning": "memslot_lab.engine.model",
    "Look": f"{_ROOM}.publishing",
    "MemorySlot": "memslot_lab.engine.model",
    "Played": f"{_ROOM}.playing",
    "Raised": f"{_ROOM}.playing",
    "Replayed": f"{_ROOM}.sequences",
    "Spot": f"{_ROOM}.playing",
    "Story": f"{_ROOM}.publishing",
    "TreeRow": "memslot_lab.views.tree",
    "TreeState": f"{_ROOM}.trees",
    "UserspaceMemoryRegion": "memslot_lab.engine.region",
}


class CodingError(ValueError):
    """Something is not what `encode()` writes."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something of which only its type's name and its text are known."""

    kind: str
    text: str

    def __repr__(self) -> str:
        return self.text


def type_name(value: object) -> str:
    """Return what the type of a value is called where it was made."""
    return value.kind if isinstance(value, Thing) else type(value).__name__


def encode(value: object, depth: int = _DEEPEST) -> Coded:
    """Return a value as plain data, lists at most so deep in one another; never raises, whatever it is."""
    if value is None:
        return None
    kind = type(value)
    write = _WRITERS.get(kind) or (_write_fields if _MODULES.get(kind.__name__) == kind.__module__ else _write_thing)
    return write(value, depth - 1) if depth or kind in _LEAVES else _write_thing(value, depth)


def _write_int(value: int, depth: int) -> Coded:
    return value if -_LARGEST < value < _LARGEST else _write_thing(value, depth)


def _write_str(value: str, depth: int) -> Coded:
    return value if len(value) <= _LONGEST and (value.isascii() or _is_text(value)) else _write_thing(value, depth)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    return True


def _write_list(value: list[object], depth: int) -> Coded:
    return ["list", *_write_items(value, depth)]


def _write_tuple(value: tuple[Any, ...], depth: int) -> Coded:
    if value and type(value[0]) is MemorySlot and _ENTRIES.issuperset(map(type, value)):
        none = value.count(None)
        try:
            numbers = [*chain.from_iterable(map(_slot_values, value[: len(value) - none]))]
        except AttributeError:  # None between slots, or a slot that has lost a field
            numbers = []
        if {*map(type, numbers)} == {int} and _are_small(numbers):
            return ["slots", none, *numbers]
    return ["tuple", *_write_items(value, depth)]


def _write_items(items: Sequence[Any], depth: int) -> Sequence[Coded]:
    if items and type(items[0]) is int and {*map(type, items)} == {int} and _are_small(items):
        return items
    return [item if item is None else encode(item, depth) for item in items]


def _are_small(numbers: Sequence[int]) -> bool:
    return max(numbers) < _LARGEST and min(numbers) > -_LARGEST


def _write_fields(value: object, depth: int) -> Coded:
    kind = type(value)
    if kind is MemorySlot and not is_slot(value):
        return _write_thing(value, depth)
    usual, values = _usual_of(kind), _values_of(kind)(value)
    end = len(values)
    while end and values[end - 1] is usual[end - 1]:  # no == of a learner's own is asked
        end -= 1
    return [kind.__name__, *_write_items(values[:end], depth)]


@cache
def _usual_of(kind: type) -> tuple[object, ...]:
    """Return what each field of a class is when nothing is said; MISSING where it must be said."""
    names = _names(kind)
    usual = {field.name: field.default for field in fields(kind)} if is_dataclass(kind) else _defaults(kind)
    return tuple(usual.get(name, MISSING) for name in names)


def _defaults(kind: Any) -> dict[str, object]:
    return kind._field_defaults


@cache
def _values_of(kind: type) -> Callable[[Any], tuple[Any, ...]]:
    name, *more = _names(kind)
    return attrgetter(name, *more) if more else lambda value: (getattr(value, name),)


@cache
def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else cast("Any", kind)._fields


_slot_values = _values_of(MemorySlot)
_ENTRIES = frozenset((MemorySlot, NoneType))


def _write_array(slots: Memslots, depth: int) -> Coded:
    tables = [slots.capacity, slots.memslots, slots.id_to_index, slots.used_slots, slots.warnings, slots.before_array]
    return ["Memslots", *(encode([*table] if isinstance(table, list) else table, depth) for table in tables)]


def _write_thing(value: object, depth: int) -> Coded:
    return ["Thing", type(value).__name__[:100], in_words(value).encode(errors="replace").decode()]


_WRITERS: dict[type, Callable[[Any, int], Coded]] = {
    bool: lambda value, depth: value,
    int: _write_int,
    str: _write_str,
    list: _write_list,
    tuple: _write_tuple,
    frozenset: lambda value, depth: ["frozenset", *_write_items(sorted(value, key=str), depth)],
    float: lambda value, depth: ["float", value.hex()],
    Change: lambda value, depth: ["Change", value.name],
    Memslots: _write_array,
    Setting: lambda value, depth: [
        "Setting",
        value.kind.__module__.rpartition(".")[2],
        value.kind.__name__,
        encode(value.values, depth),
    ],
}


def decode(data: Coded, *, trusted: bool = False) -> Any:
    """Return the value of plain data.

    Parameters
    ----------
    data : Coded
        What `encode()` gave, or pretends to.
    trusted : bool, optional
        Whether it may say how to set up a stage and hold whole arrays: in the sandbox, from the judge.

    Raises
    ------
    CodingError
        It is not of that form, or a field is not of the type that its class declares.
    """
    try:
        if not trusted:
            _require_small(data)
        return _read(data, trusted, _DEEPEST)
    except (CodingError, MemoryError):  # too little memory is nobody's word
        raise
    except Exception as error:  # a constructor's own refusal, of whatever kind
        raise CodingError(f"{type(error).__name__}: {error}") from None


def _read(data: Coded, trusted: bool, depth: int) -> Any:
    if not isinstance(data, list):
        if type(data) not in _LEAVES:
            raise CodingError(f"{type(data).__name__} is nothing that is written")
        return data
    if not data or not isinstance(data[0], str) or not depth:
        raise CodingError("a list without a name, or too deep")
    name: str = data[0]
    values: list[Any] = data[1:]
    if name in _STAGED and not trusted:
        raise CodingError(f"{name} comes from the judge alone")
    if not _LEAVES.issuperset(map(type, values)):
        values = [_read(item, trusted, depth - 1) for item in values]
    read = _READERS.get(name)
    return read(*values) if read else _read_fields(name, values)


def _read_fields(name: str, values: list[Any]) -> Any:
    if name not in _MODULES:
        raise CodingError(f"{name[:40]!r} is no name")
    kind, hints = _fields(name)
    if len(values) > len(hints):
        raise CodingError(f"{name} has {len(values)} fields")
    for (field, hint), value in zip(hints, values, strict=False):
        if type(value) is not hint and not _fits(value, hint):
            raise CodingError(f"{name}.{field} is {in_words(value)}")
    return kind(*values)


def _require_small(data: Coded) -> None:
    """Refuse what is short to write and large to hold, or slow to put together."""
    if blank_entries(data) > _MOST_TOGETHER:
        raise CodingError("slots of too much")
    for item in _all_in(data):
        if isinstance(item, str) and len(item) > _LONGEST:
            raise CodingError(f"a text of {len(item)} characters")
        if isinstance(item, list) and item[:1] == ["frozenset"] and len(item) > _MOST_OF_SET:
            raise CodingError("frozenset of too much")


def blank_entries(data: Coded) -> int:
    """Return how many entries of arrays are written as no more than their number."""
    lists = (item for item in _all_in(data) if isinstance(item, list) and len(item) > 1)
    counts = (item[1] for item in lists if item[0] == "slots")
    return sum(count for count in counts if type(count) is int and count > 0)


def _all_in(data: Coded) -> Iterator[Coded]:
    rest = [data]
    while rest:
        item = rest.pop()
        yield item
        if isinstance(item, list):
            rest += item


@cache
def _fields(name: str) -> tuple[Callable[..., Any], list[tuple[str, Any]]]:
    """Return a class of plain fields, and what type each field has."""
    kind = getattr(import_module(_MODULES[name]), name)
    hints = get_type_hints(kind)
    return kind, [(field, hints[field]) for field in _names(kind)]


def _fits(value: object, hint: Any) -> bool:
    """Return whether a value is of a declared type, exactly: True is no int."""
    if hint is object or hint is Any:
        return True
    if isinstance(hint, UnionType) or (get_origin(hint) is not None and type(None) in get_args(hint)):
        return any(_fits(value, each) for each in get_args(hint))
    if hint is None:
        return value is None
    origin, inner = get_origin(hint), get_args(hint)
    if origin is None or not isinstance(hint, GenericAlias):
        return type(value) is hint if isinstance(hint, type) else type(value) is str  # a Literal of names
    if type(value) is not origin:
        return False
    items = cast("tuple[object, ...]", value)
    if origin is tuple and Ellipsis not in inner:
        return len(items) == len(inner) and all(map(_fits, items, inner))
    return all(_fits(item, inner[0]) for item in items)


def _read_slots(none: int, *numbers: int) -> tuple[MemorySlot | None, ...]:
    if type(none) is not int or not 0 <= none <= _MOST_NONE or not {*map(type, numbers)} <= {int}:
        raise CodingError("slots are made of numbers")
    rows = zip(*[iter(numbers)] * len(_names(MemorySlot)), strict=True)
    return (*(_slot(*row) for row in rows), *[None] * none)


_slot = lru_cache(1 << 10)(MemorySlot)  # the same few are met in case after case; a stage hands out twins


def _read_slot(*numbers: int) -> MemorySlot:
    if not {*map(type, numbers)} <= {int}:
        raise CodingError("slots are made of numbers")
    return _slot(*numbers)


def _read_setting(module: str, kind: str, values: tuple[object, ...]) -> Setting:
    return Setting(_stage(module, kind), values)


@cache
def _stage(module: str, kind: str) -> type[Stage]:
    return getattr(import_module(f"{_ROOM}.{module}"), kind)


def _read_array(capacity: int, *tables: Any) -> Memslots:
    slots = Memslots(capacity)
    slots.memslots, slots.id_to_index, slots.used_slots, slots.warnings, slots.before_array = tables
    return slots


def _read_thing(kind: str, text: str) -> Thing:
    if type(kind) is not str or type(text) is not str:
        raise CodingError("a Thing without words")
    return Thing(kind, text)


_STAGED = ("Setting",)
_LEAVES = frozenset((NoneType, bool, int, str))
_READERS: dict[str, Callable[..., Any]] = {
    "list": lambda *items: [*items],
    "tuple": lambda *items: items,
    "frozenset": lambda *items: frozenset(items),
    "float": float.fromhex,
    "Change": Change.__getitem__,
    "Memslots": _read_array,
    "MemorySlot": _read_slot,
    "slots": _read_slots,
    "Setting": _read_setting,
    "Thing": _read_thing,
}
