"""Which tier this machine has: by trying each in a fresh process, and proving that it holds and lets work."""

import os
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .limits import Limits, Tier
from .wire import Plain
from .worker import ChildStopped, SandboxError, Worker

__all__ = ["TierTrial", "best_tier", "try_tier", "try_tiers"]

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
            return _judge(tier, *_probe(tier, Path(outside) / "canary"))
    except (SandboxError, ChildStopped, OSError) as error:
        return TierTrial(tier, False, str(error))


def _probe(tier: Tier, canary: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return what came of each attempt in a child, and what the worker noted."""
    canary.write_text("not to be seen")
    request: Plain = {
        "names": [*_MUST_WORK, *(_MUST_FAIL if tier.is_boundary else ())],
        "canary": os.fspath(canary),
        "laboratory": os.fspath(_LABORATORY),
        "python": sys.executable,
        "compiled": "_decimal",
        "judge": os.getpid(),
        "memory": _LIMITS.memory_bytes,
    }
    with (
        Worker(Path(__file__).with_name("probe"), "probe", tier=tier, limits=_LIMITS) as worker,
        worker.open() as child,
    ):
        answer = child.ask(request)
    if tier.is_boundary and canary.with_name("written").exists():
        raise SandboxError("does not stop: write a file outside (it is there)")
    if not isinstance(answer, dict):
        raise SandboxError("the probe gave no answer")
    return {name: str(outcome) for name, outcome in answer.items()}, worker.notes


def _judge(tier: Tier, found: dict[str, str], notes: tuple[str, ...]) -> TierTrial:
    """Return whether every attempt came to what it must."""
    broken = [f"cannot {name} ({found.get(name)})" for name in _MUST_WORK if found.get(name) != "done"]
    if tier.is_boundary:
        allowed = _MUST_FAIL.items()
        broken += [
            f"does not stop: {name} ({found.get(name)})" for name, fine in allowed if found.get(name) not in fine
        ]
    if broken:
        return TierTrial(tier, False, "; ".join(broken))
    return TierTrial(tier, True, "; ".join([tier.words, *notes]))
