"""Which tier this machine has: by trying each in a fresh process, and proving that it holds and lets work."""

import os
import socket
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from .limits import Limits, Tier
from .wire import Plain
from .worker import ChildStopped, SandboxError, Worker

__all__ = ["TierTrial", "best_tier", "try_programs", "try_tier", "try_tiers"]

_MUST_WORK = ("import a module", "import a compiled module", "read a lent file", "use some memory")
_REFUSED = ("PermissionError",)
# What each attempt may come to; anything else means that the tier does not hold.
_MUST_FAIL = {
    "read a file outside": ("PermissionError", "FileNotFoundError"),
    "read the laboratory": ("PermissionError", "FileNotFoundError"),
    "write a file outside": ("PermissionError", "FileNotFoundError", "OSError"),
    "change a file outside": _REFUSED,
    "start a process": _REFUSED,
    "start a thread": ("RuntimeError",),
    "run a program": ("PermissionError", "FileNotFoundError"),
    "open a connection": _REFUSED,
    "signal the judge": _REFUSED,
    "signal everybody": _REFUSED,
    "raise a limit": ("PermissionError", "ValueError"),
    "use too much memory": ("MemoryError",),
    "make a file without a name": _REFUSED,
}
# The same for a child that may start programs: it has sockets, and signals of its own.
_MUST_WORK_TOO = ("start a process", "start a thread")
_MUST_FAIL_STILL = {
    **{name: fine for name, fine in _MUST_FAIL.items() if name.split()[0] in ("read", "write", "raise", "use", "make")},
    "change a file outside": ("FileNotFoundError",),
    "signal the judge": ("ProcessLookupError",),
    "reach the judge": ("ConnectionRefusedError",),
    "reach another machine": ("OSError",),
    "make a room of its own": _REFUSED,
}
_LIMITS = Limits(load_seconds=10, ask_seconds=10)
_LABORATORY = Path(__file__).parents[2] / "__init__.py"


@dataclass(frozen=True, slots=True)
class TierTrial:
    """What came of trying a tier on this machine, and why, in words."""

    tier: Tier
    works: bool
    words: str


@cache
def best_tier() -> Tier:
    """Return the strongest tier that works here; the last is no security boundary."""
    for tier in Tier:
        if tier is Tier.PROCESS or try_tier(tier).works:
            return tier
    raise AssertionError("the last tier is always there")


def try_tiers() -> list[TierTrial]:
    """Try every tier, the strongest first."""
    return [try_tier(tier) for tier in Tier]


def try_tier(tier: Tier) -> TierTrial:
    """Try one tier in a process of its own; nothing of this one is changed."""
    if tier.is_boundary and sys.platform != "linux":
        return TierTrial(tier, False, f"needs Linux, and this is {sys.platform}")
    try:
        with tempfile.TemporaryDirectory() as outside:
            must_fail = _MUST_FAIL if tier.is_boundary else {}
            return _judge(tier, *_probe(tier, Path(outside) / "canary", _MUST_WORK, must_fail), _MUST_WORK, must_fail)
    except (SandboxError, ChildStopped, OSError) as error:
        return TierTrial(tier, False, str(error))


@cache
def try_programs() -> TierTrial:
    """Try whether this machine holds a child that may start programs; it takes namespaces."""
    tier, work = Tier.NAMESPACES, (*_MUST_WORK, *_MUST_WORK_TOO)
    trial = try_tier(tier)
    if not trial.works:
        return trial
    try:
        with tempfile.TemporaryDirectory() as outside, socket.create_server(("127.0.0.1", 0)) as judge:
            canary, port = Path(outside) / "canary", judge.getsockname()[1]
            found = _probe(tier, canary, work, _MUST_FAIL_STILL, processes=16, port=port)
            return _judge(tier, *found, work, _MUST_FAIL_STILL)
    except (SandboxError, ChildStopped, OSError) as error:
        return TierTrial(tier, False, str(error))


_Allowed = Mapping[str, tuple[str, ...]]


def _probe(
    tier: Tier, canary: Path, work: tuple[str, ...], fail: _Allowed, *, processes: int = 0, port: int = 0
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what came of each attempt in a child, and what the worker noted."""
    canary.write_text("not to be seen")
    request: Plain = {
        "names": [*work, *fail],
        "port": port,
        "canary": os.fspath(canary),
        "laboratory": os.fspath(_LABORATORY),
        "python": sys.executable,
        "compiled": "_decimal",
        "judge": os.getpid(),
        "memory": _LIMITS.memory_bytes,
    }
    limits = replace(_LIMITS, processes=processes)
    with (
        Worker(Path(__file__).with_name("probe"), "probe", tier=tier, limits=limits) as worker,
        worker.open() as child,
    ):
        answer = child.ask(request)
    if tier.is_boundary and canary.with_name("written").exists():
        raise SandboxError("does not stop: write a file outside (it is there)")
    if not isinstance(answer, dict):
        raise SandboxError("the probe gave no answer")
    return {name: str(outcome) for name, outcome in answer.items()}, worker.notes


def _judge(
    tier: Tier, found: dict[str, str], notes: tuple[str, ...], work: tuple[str, ...], fail: _Allowed
) -> TierTrial:
    """Return whether every attempt came to what it must."""
    broken = [f"cannot {name} ({found.get(name)})" for name in work if found.get(name) != "done"]
    broken += [
        f"does not stop: {name} ({found.get(name)})" for name, fine in fail.items() if found.get(name) not in fine
    ]
    if broken:
        return TierTrial(tier, False, "; ".join(broken))
    return TierTrial(tier, True, "; ".join([tier.words, *notes]))
