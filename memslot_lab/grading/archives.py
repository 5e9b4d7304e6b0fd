"""What a zip holds, read member by member into memory and never unpacked to the disk; a zip in it once more.

The limits are for zips that students made. A class's own zip may hold many notebooks, each of them within limits.
"""

import io
import lzma
import os
import stat
import struct
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from memslot_lab.course.answers import BIGGEST
from memslot_lab.grading.naming import is_lms_name
from memslot_lab.grading.places import (
    Place,
    fit_text,
    is_answer_name,
    is_hidden,
    is_zip_name,
    marker,
    not_regular,
    open_regular,
    too_large,
)
from memslot_lab.grading.unfit import UnfitError

__all__ = ["Archives"]

_MEMBERS = 100_000
_TOTAL = 4_000_000_000  # bytes unpacked, for a class's zip: 20,000 notebooks with pictures
_OWN_TOTAL = 200_000_000  # for one in another
_RATIO, _SMALL = 200, 1_000_000  # how far a member may grow; text in a notebook grows by 3 to 20
_DEEPEST = 2  # a zip in a zip: what Canvas makes of students who hand in a zip
_KEPT = 3  # open at a time
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # an unknown way of packing
    RuntimeError,  # a password
    OSError,
    ValueError,
    OverflowError,
)

_Opener = Callable[[], BinaryIO]


class Archives:
    """Opens zips and keeps the last few of them open; a context manager."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, tuple[BinaryIO, zipfile.ZipFile]] = OrderedDict()

    def __enter__(self) -> "Archives":
        return self

    def __exit__(self, *_: object) -> None:
        while self._open:
            self._close_oldest()

    def in_class_zip(self, path: Path) -> Iterator[Place]:
        """Yield what could be an answer in the zip that is all submissions; it may be of any size."""
        shown = fit_text(path.name)
        yield from self._places(lambda: _opened(path, None), shown, (), depth=1)

    def in_zip(self, path: Path, shown: str, parts: tuple[str, ...]) -> Iterator[Place]:
        """Yield what could be an answer in a zip that lies among the submissions."""
        yield from self._places(lambda: _opened(path, BIGGEST), shown, parts, depth=1)

    def _places(self, opener: _Opener, shown: str, parts: tuple[str, ...], *, depth: int) -> Iterator[Place]:
        if parts:
            yield marker(shown, parts)
        try:
            members = self._members(opener, shown, depth)
        except UnfitError as problem:
            yield Place(shown, (*parts, ""), (0,), problem, lambda: b"")
            return
        for number, member in enumerate(members):
            yield from self._member(opener, member, number, (shown, parts), depth)

    def _members(self, opener: _Opener, shown: str, depth: int) -> list[zipfile.ZipInfo]:
        members = self._zip(opener, shown).infolist()
        name = shown.rpartition("/")[2]
        total = sum(member.file_size for member in members if is_answer_name(member.filename))
        if len(members) > _MEMBERS or total > (_TOTAL if depth == 1 else _OWN_TOTAL):
            words = f"{name} holds {len(members):,} files, answers of {total:,} bytes; hand in the notebook alone"
            raise UnfitError("zip-bomb", words)
        return members

    def _member(
        self, opener: _Opener, member: zipfile.ZipInfo, number: int, zipped: tuple[str, tuple[str, ...]], depth: int
    ) -> Iterator[Place]:
        name, (outer, outer_parts) = fit_text(member.filename), zipped
        shown, parts = f"{outer}!{name}", tuple(part for part in PurePosixPath(name).parts if part not in ("/", ".."))
        if not parts or any(map(is_hidden, parts)):
            return
        parts = (*outer_parts, *parts)
        if member.is_dir() and not is_answer_name(name.rstrip("/")):
            yield marker(shown.rstrip("/"), parts)
        elif is_zip_name(name):
            yield from self._nested(opener, member, (shown, parts), outer, depth)
        elif is_answer_name(name.rstrip("/")):
            saved = (*member.date_time, number)
            yield Place(shown, parts, saved, _problem(member), lambda: self._read(opener, outer, member))
        elif len(parts) == 1 and is_lms_name(name):
            yield marker(shown, parts)

    def _nested(
        self, opener: _Opener, member: zipfile.ZipInfo, zipped: tuple[str, tuple[str, ...]], outer: str, depth: int
    ) -> Iterator[Place]:
        shown, parts = zipped
        problem = _problem(member)
        if not problem and depth >= _DEEPEST:
            problem = UnfitError("zip-bomb", f"{parts[-1]} is a zip in a zip in a zip; hand in the notebook alone")
        if problem:
            yield Place(shown, (*parts, ""), (0,), problem, lambda: b"")
        else:
            yield from self._places(
                lambda: io.BytesIO(self._read(opener, outer, member)), shown, parts, depth=depth + 1
            )

    def _zip(self, opener: _Opener, shown: str) -> zipfile.ZipFile:
        if shown not in self._open:
            file = opener()
            try:
                self._open[shown] = file, zipfile.ZipFile(file)
            except _BROKEN as error:
                file.close()
                raise _bad_zip(shown, error) from None
        self._open.move_to_end(shown)
        if len(self._open) > _KEPT:
            self._close_oldest()
        return self._open[shown][1]

    def _close_oldest(self) -> None:
        file, archive = self._open.popitem(last=False)[1]
        archive.close()  # leaves a file that it was given open
        file.close()

    def _read(self, opener: _Opener, shown: str, member: zipfile.ZipInfo) -> bytes:
        try:
            with self._zip(opener, shown).open(member) as file:
                content = file.read(BIGGEST + 1)
        except _BROKEN as error:
            raise _bad_zip(shown, error) from None
        if len(content) > BIGGEST:
            raise too_large(fit_text(member.filename))
        return content


def _opened(path: Path, biggest: int | None) -> BinaryIO:
    return os.fdopen(open_regular(path, biggest), "rb")


def _bad_zip(shown: str, error: Exception) -> UnfitError:
    name = shown.rpartition("/")[2]
    return UnfitError(
        "bad-zip", f"{name} cannot be unpacked ({fit_text(str(error))}); make a new zip, or hand in the file"
    )


def _problem(member: zipfile.ZipInfo) -> UnfitError | None:
    """Return why a member is not even read, None if it may be."""
    name, mode = fit_text(member.filename), member.external_attr >> 16
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.filename or name[1:2] == ":":
        return UnfitError("bad-path", f"{name} is a name that leads out of the zip; make a new zip of the file alone")
    if member.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
        return not_regular(path.name, stat.S_IFDIR if member.is_dir() else mode)
    if member.file_size > BIGGEST:
        return too_large(path.name)
    if member.file_size > max(_SMALL, _RATIO * member.compress_size):
        return UnfitError(
            "zip-bomb", f"{path.name} unpacks to {member.file_size:,} bytes; make a new zip of your own file"
        )
    return None
