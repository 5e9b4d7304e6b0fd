"""What a child needs that may start programs: the interpreter itself, and a network on which only it is.

For the namespaces tier alone: whatever such a child starts stays in its process namespace and dies with its first
process; what it connects to is its own loopback.
"""

import fcntl
import socket
import struct
import sys
from pathlib import Path

from . import seccomp

__all__ = ["needed", "prepare"]

_SET_FLAGS, _UP = 0x8914, 1  # SIOCSIFFLAGS, IFF_UP
_PYTHON = Path(sys.executable).resolve()  # in the room no link leads to it


def needed(packages: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return what is to be shown to such a child besides the standard library."""
    return (*packages, _PYTHON)


def prepare() -> bytes:
    """In the room: bring the loopback up; return the filter for its children."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh22x", b"lo", _UP))
    sys.executable = str(_PYTHON)
    return seccomp.filter_with_programs()
