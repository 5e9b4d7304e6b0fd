"""What can be read inside: the bare interpreter's standard library and the libraries that it loads, nothing more.

Not the installed packages: one of them is this laboratory, with the reference and the solutions.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["DEVICES", "Readable", "readable"]

DEVICES = (Path("/dev/null"), Path("/dev/zero"), Path("/dev/urandom"))

_PACKAGES = ("site-packages", "dist-packages")
_OURS = Path(__file__).resolve().parents[2]  # the package of the laboratory


@dataclass(frozen=True, slots=True)
class Readable:
    """Directories and files to be shown, and the directories below them to be hidden."""

    shown: tuple[Path, ...]
    hidden: frozenset[Path]


def readable(more: tuple[Path, ...] = ()) -> Readable:
    """Return what a child may read; to be called where nothing was added to the interpreter's path.

    Parameters
    ----------
    more : tuple of Path
        Shown too, this laboratory in them excepted.
    """
    shown = tuple(dict.fromkeys([*_library(), *_shared_objects(), *more]))
    hidden = frozenset(path for shown_path in shown for path in _hidden_below(shown_path))
    return Readable(shown, hidden.difference(more))


def _library() -> Iterator[Path]:
    # Started with -P -S, the path holds the standard library alone: a zip, its directory, its compiled modules.
    yield from (Path(entry) for entry in sys.path if entry and Path(entry).exists())


def _shared_objects() -> Iterator[Path]:
    several = getattr(sys.implementation, "_multiarch", "")
    for folder in ("/lib64", "/usr/lib64", *((f"/lib/{several}", f"/usr/lib/{several}") if several else ())):
        if Path(folder).is_dir():
            yield Path(folder)
    for folder in dict.fromkeys(("/lib", "/usr/lib", f"{sys.base_prefix}/lib")):
        yield from (path for path in sorted(Path(folder).glob("*.so*")) if path.is_file())


def _hidden_below(shown: Path) -> Iterator[Path]:
    if not shown.is_dir():
        return
    for name in _PACKAGES:
        yield from (path for path in (shown / name, *shown.glob(f"python3*/{name}")) if path.is_dir())
    if _OURS.is_relative_to(shown.resolve()):
        yield shown / _OURS.relative_to(shown.resolve())
