"""What a submission may use, and the three ways it can be held to that."""

from dataclasses import dataclass, fields
from enum import Enum

__all__ = ["Limits", "Tier"]


class Tier(Enum):
    """How a child is confined, the strongest first."""

    NAMESPACES = "namespaces"
    LANDLOCK = "landlock"
    PROCESS = "process"

    @property
    def is_boundary(self) -> bool:
        """Return whether hostile code is held; a plain process with limits holds only accidents."""
        return self is not Tier.PROCESS

    @property
    def words(self) -> str:
        """Return what the tier is, for people."""
        return _WORDS[self]


_WORDS = {
    Tier.NAMESPACES: "namespaces, seccomp, Landlock and resource limits",
    Tier.LANDLOCK: "Landlock, seccomp and resource limits, without namespaces",
    Tier.PROCESS: "a plain process with resource limits: not a security boundary",
}


@dataclass(frozen=True, slots=True)
class Limits:
    """What one child may use. A thread or a second process is refused, unless `processes` says otherwise.

    Parameters
    ----------
    load_seconds : float
        For the request that loads a submission; the judge passes it to `Child.ask`.
    ask_seconds : float
        Wall time of any other request.
    submission_seconds : float
        Wall time of the child, from its opening.
    cpu_seconds : int
        CPU time of the child.
    memory_bytes : int
        Address space on top of what the warm worker has.
    disk_bytes, files : int
        What fits ``/tmp``, gone with the child; 0 bytes: no ``/tmp``. Without namespaces nothing is writable.
    open_files : int
        File descriptors open at once.
    output_bytes : int
        What it may print past its app, and the largest file.
    frame_bytes : int
        One request or reply, encoded.
    processes : int
        How many processes and threads it may have, itself included; more than 0 needs namespaces, and lets it run
        programs and talk to itself over a network that leads nowhere. Memory and CPU time are then for each process,
        and nothing counts all of them together but a `Watchdog`.
    """

    load_seconds: float = 2.0
    ask_seconds: float = 1.0
    submission_seconds: float = 20.0
    cpu_seconds: int = 10
    memory_bytes: int = 256 << 20
    disk_bytes: int = 4 << 20
    files: int = 256
    open_files: int = 64
    output_bytes: int = 1 << 20
    frame_bytes: int = 256 << 10
    processes: int = 0

    def __post_init__(self) -> None:
        """Refuse a limit that nothing could keep; raise ValueError."""
        for field in fields(self):
            value = getattr(self, field.name)
            least = 0 if field.name in ("disk_bytes", "processes") else 1 if isinstance(field.default, int) else 0.001
            if not least <= value < 1 << 53:
                raise ValueError(f"{field.name} is {value}; use {least} or more")
            if isinstance(field.default, int) and type(value) is not int:
                raise ValueError(f"{field.name} is {value!r}; use a whole number")
