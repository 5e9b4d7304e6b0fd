"""Landlock: which files a process may read and write, from now on and whatever it becomes."""

import ctypes
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from .syscalls import call

__all__ = ["abi", "is_hiding", "restrict", "ruleset", "without"]

_EXECUTE, _READ_FILE, _READ_DIR, _WRITE_FILE = 1, 1 << 2, 1 << 3, 1 << 1
_READ = _READ_FILE | _READ_DIR
# The rights that each version of Landlock knows, and so can take away.
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1, 5: (1 << 16) - 1}
_NEWEST = max(_RIGHTS)
_FOR_FILES = 0b111 | 1 << 14 | 1 << 15  # execute, write, read, truncate, ioctl: what a rule on a file may name
_NETWORK = 0b11  # binding and connecting TCP, from version 4
_SCOPES = 0b11  # abstract sockets and signals to outside, from version 6
_BENEATH = 1  # LANDLOCK_RULE_PATH_BENEATH
_ASK_VERSION = 1


def abi() -> int:
    """Return the version of the kernel's Landlock; raise OSError where there is none."""
    return call("landlock_create_ruleset", None, 0, _ASK_VERSION)


def ruleset(
    readable: Iterable[tuple[Path, bool]], writable: Iterable[Path] = (), *, with_programs: bool = False
) -> int:
    """Return the descriptor of a set of rules.

    Parameters
    ----------
    readable : iterable of (Path, bool)
        Files and directories; True: with everything below, False: only what directories list.
    writable : iterable of Path
        Directories in which files may be made, written and removed; devices that may be written.
    with_programs : bool
        Whether what is readable may also be run; then the network is not for these rules to say.
    """
    version = abi()
    handled = _RIGHTS[min(version, _NEWEST)]
    words = [handled, _NETWORK if version >= 4 and not with_programs else 0, _SCOPES if version >= 6 else 0]
    known = 1 if version < 4 else 2 if version < 6 else 3
    attributes = struct.pack(f"={known}Q", *words[:known])
    rules = call("landlock_create_ruleset", ctypes.c_char_p(attributes), len(attributes), 0)
    for path, whole in readable:
        _allow(rules, path, (_READ | with_programs * _EXECUTE) if whole else _READ_DIR)
    for path in writable:
        _allow(rules, path, (handled & ~1) if path.is_dir() else _READ_FILE | _WRITE_FILE)
    return rules


def restrict(rules: int) -> None:
    """Put this process under a set of rules; it must have given up new privileges before."""
    call("landlock_restrict_self", rules, 0)


def is_hiding(directory: Path, hidden: Iterable[Path]) -> bool:
    """Return whether something hidden lies below a directory."""
    return any(path.is_relative_to(directory) for path in hidden)


def without(path: Path, hidden: frozenset[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the rules that allow a directory but for what is hidden below; Landlock itself knows no exception."""
    if path in hidden:
        return
    if not is_hiding(path, hidden):
        yield path, True
        return
    yield path, False
    for entry in sorted(path.iterdir()):
        yield from without(entry, hidden)


def _allow(rules: int, path: Path, rights: int) -> None:
    descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        allowed = rights if path.is_dir() else rights & _FOR_FILES
        rule = struct.pack("=Qi", allowed, descriptor)
        call("landlock_add_rule", rules, _BENEATH, ctypes.c_char_p(rule), 0)
    finally:
        os.close(descriptor)
