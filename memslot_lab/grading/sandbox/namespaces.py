"""A room of its own: user, mount, network, name and process namespaces, with a root of read-only mounts.

Made once a worker. Each child then gets its own process and mount namespaces and a small writable ``/tmp``.
"""

import ctypes
import os
import struct
from pathlib import Path

from .readable import DEVICES, Readable
from .syscalls import call, checked, libc

__all__ = ["INSIDE", "Room", "place_inside", "unshare"]

INSIDE = Path("/lent")  # where the lent tree stands in the room

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x20000, 1 << 26, 1 << 27, 1 << 28, 1 << 29, 1 << 30
_NOSUID, _NODEV, _NOEXEC, _BIND, _REC, _PRIVATE = 2, 4, 8, 4096, 16384, 1 << 18
_DETACH = 2
_HERE, _RECURSIVE = -100, 0x8000  # AT_FDCWD, AT_RECURSIVE
_READ_ONLY, _NO_SUID, _NO_DEV = 1, 2, 4  # MOUNT_ATTR_*
_NOBODY = 65534
_STAGE = Path(__file__).parent  # any directory that surely exists: the new root is mounted on it and then moved


def unshare() -> None:
    """Leave every namespace of the host; the next child is the first process of the new one.

    Raises
    ------
    OSError
        The kernel, a container or AppArmor refuses user namespaces. AppArmor lets this step pass and the next fail.
    """
    user, group = os.geteuid(), os.getegid()
    checked(libc().unshare(_NEWUSER | _NEWNS | _NEWNET | _NEWUTS | _NEWIPC | _NEWPID), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{_NOBODY} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{_NOBODY} {group} 1")


def place_inside(path: Path) -> Path:
    """Return where in the room a directory of the host stands: where it is, but for one that ``/tmp`` would cover."""
    return Path("/packages") / path.relative_to("/") if path.is_relative_to("/tmp") else path


class Room:
    """The new root, seen from its first process, which forks the children.

    Parameters
    ----------
    shown : Readable
        What is bound, read-only, where it is outside.
    tree : Path
        The lent tree, bound as ``/lent``.
    """

    def __init__(self, shown: Readable, tree: Path) -> None:
        # Opened before anything is mounted, so that no mount can come between a name and its file.
        self._own_processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        sources = {place_inside(path): path for path in (*shown.shown, *DEVICES)} | {INSIDE: tree}
        opened = {target: os.open(source, os.O_PATH | os.O_CLOEXEC) for target, source in sources.items()}
        checked(libc().mount(None, b"/", None, _REC | _PRIVATE, None), "mount")
        _mount_tmpfs(_STAGE, "size=1m,mode=755")
        for target, descriptor in opened.items():
            _bind(descriptor, _STAGE / target.relative_to("/"), is_device=target in DEVICES)
            os.close(descriptor)
        for path in shown.hidden:
            _mount_tmpfs(_STAGE / place_inside(path).relative_to("/"), "size=4k,nr_inodes=1,mode=000")
        (_STAGE / "tmp").mkdir(exist_ok=True)
        self._move_in()

    def _move_in(self) -> None:
        _set_attributes(_STAGE, _READ_ONLY | _NO_SUID, flags=0)
        os.chdir(_STAGE)
        call("pivot_root", ctypes.c_char_p(b"."), ctypes.c_char_p(b"."))
        checked(libc().umount2(b".", _DETACH), "umount2")
        os.chdir("/")
        checked(libc().sethostname(b"room", 4), "sethostname")

    def fork(self) -> int:
        """Fork a child that is the first process of its own namespace: whatever it makes dies with it."""
        # A second unshare is refused until this process is back in its own namespace.
        checked(libc().setns(self._own_processes, _NEWPID), "setns")
        checked(libc().unshare(_NEWPID), "unshare")
        return os.fork()

    def furnish(self, disk_bytes: int, files: int) -> None:
        """In the child: mount its own ``/tmp``, where anything may be written at all."""
        if disk_bytes:
            checked(libc().unshare(_NEWNS), "unshare")
            _mount_tmpfs(Path("/tmp"), f"size={disk_bytes},nr_inodes={files + 1},mode=700")
            os.chdir("/tmp")


def _mount_tmpfs(where: Path, options: str) -> None:
    flags = _NOSUID | _NODEV | _NOEXEC
    checked(libc().mount(b"room", os.fsencode(where), b"tmpfs", flags, options.encode()), f"mount {where}")


def _bind(descriptor: int, where: Path, *, is_device: bool) -> None:
    source = Path(f"/proc/self/fd/{descriptor}")
    if source.is_dir():
        where.mkdir(parents=True, exist_ok=True)
    else:
        where.parent.mkdir(parents=True, exist_ok=True)
        where.touch()
    checked(libc().mount(os.fsencode(source), os.fsencode(where), None, _BIND | _REC, None), f"mount {where}")
    _set_attributes(where, _READ_ONLY | _NO_SUID | (0 if is_device else _NO_DEV), flags=_RECURSIVE)


def _set_attributes(where: Path, attributes: int, *, flags: int) -> None:
    # struct mount_attr: set, clear, propagation, user namespace; what the host has locked stays as it is.
    words = struct.pack("=4Q", attributes, 0, 0, 0)
    call("mount_setattr", _HERE, ctypes.c_char_p(os.fsencode(where)), flags, ctypes.c_char_p(words), len(words))
