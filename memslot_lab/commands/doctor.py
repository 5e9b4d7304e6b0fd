"""`memslot-lab doctor`: what this machine offers for grading the code of others."""

import argparse
import platform
from collections.abc import Callable
from typing import TYPE_CHECKING

from memslot_lab.commands.say import print_json

if TYPE_CHECKING:
    from memslot_lab.grading.sandbox import TierTrial

__all__ = ["add_doctor_command"]

_WAY_OUT = (
    "Submissions of strangers cannot be graded safely here: use Linux 5.13 or newer, WSL2 on Windows,\n"
    "or a container (`--network none`) on macOS."
)


def add_doctor_command(add_parser: Callable[..., argparse.ArgumentParser]) -> None:
    """Add `doctor` to the command line."""
    parser = add_parser(
        "doctor",
        help="say how submissions can be confined on this machine",
        description="Try each way of confining a submission in a process of its own, and say which works and why. "
        "Status 0: a real one works; 1: none but a plain process, which is no security boundary.",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_doctor)


def _doctor(arguments: argparse.Namespace) -> int:
    from memslot_lab.grading.sandbox import try_tiers

    trials = try_tiers()
    best = next((trial for trial in trials if trial.works), None)
    is_safe = best is not None and best.tier.is_boundary
    print_json(_data(trials, best)) if arguments.json else print(_text(trials, best))
    return 0 if is_safe else 1


def _data(trials: "list[TierTrial]", best: "TierTrial | None") -> dict[str, object]:
    return {
        "tier": best.tier.value if best else None,
        "is_security_boundary": best is not None and best.tier.is_boundary,
        "tiers": [{"tier": trial.tier.value, "works": trial.works, "why": trial.words} for trial in trials],
        "system": platform.system(),
        "kernel": platform.release(),
        "machine": platform.machine(),
        "python": platform.python_version(),
    }


def _text(trials: "list[TierTrial]", best: "TierTrial | None") -> str:
    lines = [f"{'yes' if trial.works else 'no':4}{trial.tier.value:12}{trial.words}" for trial in trials]
    used = f"submissions run in the tier: {best.tier.value}" if best else "submissions cannot be run here"
    if best is None or not best.tier.is_boundary:
        used += f"\n{_WAY_OUT}"
    about = f"{platform.system()} {platform.release()} on {platform.machine()}, Python {platform.python_version()}"
    return "\n".join([*lines, "", used, about])
