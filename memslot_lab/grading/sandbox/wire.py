"""Frames of plain data between the judge and a child, read strictly.

A frame is four bytes of length, highest first, and that many bytes of JSON. Whatever comes from a child may be forged.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

__all__ = ["GarbledError", "Plain", "TooLargeError", "decode", "encode", "framed", "length_of", "same", "to_json"]

Plain = None | bool | int | float | str | list["Plain"] | dict[str, "Plain"]

_DEEPEST = 64  # lists and objects inside one another
_DIGITS = 64  # of a whole number
_BEYOND = 10**_DIGITS
_HEADER = 4  # bytes
_NO_BRACKETS = re.compile(r"[^\[\]{}]+")


class GarbledError(ValueError):
    """The bytes or the value are not what a frame holds."""


class TooLargeError(GarbledError):
    """A frame larger than the limit."""


def encode(value: object, *, most: int) -> bytes:
    r"""Return a frame.

    Parameters
    ----------
    value : Plain
        Exactly these types: no tuple, no subclass, no NaN.
    most : int
        Bytes of JSON.

    Raises
    ------
    GarbledError
        The value is not plain data.
    TooLargeError
        It is more than the limit.

    Examples
    --------
    >>> encode([1, True, None], most=100)
    b'\x00\x00\x00\r[1,true,null]'
    """
    return framed(to_json(value, most=most), most=most)


def to_json(value: object, *, most: int) -> bytes:
    """Return plain data as JSON; the same of equal values, byte by byte. For errors see `encode()`."""
    _require_plain(value, most)
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def framed(data: bytes, *, most: int) -> bytes:
    """Return a frame of bytes that are JSON already; raise TooLargeError for more than `most`."""
    if len(data) > most:
        raise TooLargeError(f"{len(data)} bytes; at most {most} fit a frame")
    return len(data).to_bytes(_HEADER, "big") + data


def length_of(header: bytes, *, most: int) -> int:
    """Return how many bytes follow a frame's header; raise TooLargeError for more than `most`."""
    length = int.from_bytes(header, "big")
    if length > most:
        raise TooLargeError(f"a frame of {length} bytes; at most {most} are read")
    return length


def decode(data: bytes, *, most: int) -> Plain:
    """Return the value of a frame's JSON.

    Raises
    ------
    GarbledError
        It is no UTF-8, no JSON, nested too deep, has a number that is too long or not finite, a key twice, or half of
        a surrogate pair.

    Examples
    --------
    >>> decode(b'{"a": [1, 2.5]}', most=100)
    {'a': [1, 2.5]}
    >>> decode(b"[NaN]", most=100)
    Traceback (most recent call last):
    ...
    memslot_lab.grading.sandbox.wire.GarbledError: NaN is no number here
    """
    if len(data) > most:
        raise TooLargeError(f"a frame of {len(data)} bytes; at most {most} are read")
    try:
        text = data.decode()
        _require_shallow(text)
        value = json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_constant=_refuse)
    except GarbledError:
        raise
    except (ValueError, RecursionError, OverflowError) as error:
        raise GarbledError(f"no JSON: {error}") from None
    _require_plain(value, most)
    return value


def same(one: Plain, other: Plain) -> bool:
    """Return whether two plain values are equal with equal types, all the way down.

    Examples
    --------
    >>> 1 == True == 1.0, same(1, True), same([1], [1.0]), same({"a": [1]}, {"a": [1]})
    (True, False, False, True)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other


def _require_shallow(text: str) -> None:
    """Refuse deep nesting before a recursive parser sees it."""
    # Without escaped quotes every second piece is outside of strings; where that is wrong, the text is no JSON.
    outside = text.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    depth = 0
    for piece in outside:
        if depth + piece.count("[") + piece.count("{") <= _DEEPEST:  # one look is enough for most
            depth += piece.count("[") + piece.count("{") - piece.count("]") - piece.count("}")
            continue
        for letter in _NO_BRACKETS.sub("", piece):
            depth += (letter in "[{") - (letter in "]}")
            if depth > _DEEPEST:
                raise GarbledError(f"nested more than {_DEEPEST} deep")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise GarbledError("a key stands twice in one object")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _DIGITS + 1:
        raise GarbledError(f"a number of {len(digits)} digits; at most {_DIGITS} are read")
    return int(digits)


def _refuse(name: str) -> None:
    raise GarbledError(f"{name} is no number here")


def _require_plain(value: object, most: int) -> None:
    """Check a value level by level: no recursion, and an end even for one that holds itself."""
    level: list[object] = [value]
    seen = 0
    for _ in range(_DEEPEST + 2):
        seen += len(level)
        if seen > most:
            raise TooLargeError(f"more than {most} values")
        level = [inner for held in level for inner in _inside(held)]
        if not level:
            return
    raise GarbledError(f"nested more than {_DEEPEST} deep")


def _inside(value: Any) -> Iterator[object]:
    """Check one value; yield what it holds."""
    kind = _kind(value)
    if kind is list:
        yield from value
    elif kind is dict:
        for key, held in value.items():
            if type(key) is not str:
                raise GarbledError("a key that is no text; use str")
            yield key
            yield held
    elif not (value is None or kind is bool):
        _require_leaf(value, kind)


def _kind(value: object) -> type[object]:
    return type(value)


def _require_leaf(value: Any, kind: type[object]) -> None:
    if kind is int and not -_BEYOND < value < _BEYOND:
        raise GarbledError(f"a number of more than {_DIGITS} digits")
    if kind is float and not math.isfinite(value):
        raise GarbledError(f"{value} is no number here")
    if kind is str and not _is_text(value):
        raise GarbledError("half of a surrogate pair in a text")
    if kind not in (int, float, str):
        raise GarbledError("a value of another type; use plain data")


def _is_text(text: str) -> bool:
    try:
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False
