"""A room for code of strangers: a warm worker forks one confined child a submission, asked over a line of plain data.

What is asked, and what is right, is no matter of this room: see `Worker` and `Child`.
"""

from .limits import Limits, Tier
from .tiers import TierTrial, best_tier, try_programs, try_tiers
from .watchdog import Watchdog
from .wire import GarbledError, Plain, same
from .worker import Child, ChildStopped, SandboxError, Worker

__all__ = [
    "Child",
    "ChildStopped",
    "GarbledError",
    "Limits",
    "Plain",
    "SandboxError",
    "Tier",
    "TierTrial",
    "Watchdog",
    "Worker",
    "best_tier",
    "same",
    "try_programs",
    "try_tiers",
]
