"""A worker for each tier that works here, the judge's belongings outside, and what must be left as it was."""

import os
import platform
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import memslot_lab
from memslot_lab.grading.sandbox import ChildStopped, Limits, Tier, Worker
from memslot_lab.grading.sandbox.tiers import try_tier

from .attacks import Attack

APP = Path(__file__).parent / "app"
LIMITS = Limits(submission_seconds=60, cpu_seconds=10, memory_bytes=100 << 20, frame_bytes=64 << 10)


class Battle(NamedTuple):
    """A worker, and the judge's folder that it must not see."""

    worker: Worker
    outside: Path

    def outcome(self, attack: Attack) -> str:
        """Run one attack in a child of its own, ask once more, and return what the judge got."""
        with self.worker.open() as child:
            try:
                return str(child.ask(self.filled(attack.code), seconds=attack.seconds))
            except ChildStopped as stopped:
                return f"stopped {stopped.kind}" if stopped.words else "stopped without a word"

    def filled(self, code: str) -> str:
        """Return the code with the judge's places in it."""
        places = {
            "@OUTSIDE@": self.outside,
            "@PACKAGE@": Path(memslot_lab.__file__).parent,
            "@SITE@": sysconfig.get_path("purelib"),
            "@PYTHON@": sys.executable,
            "@JUDGE@": os.getpid(),
        }
        for name, place in places.items():
            code = code.replace(name, str(place))
        return code

    def honest(self) -> object:
        """Return what an honest submission answers."""
        with self.worker.open() as child:
            code = "import os\nresult = [sum(range(10)), 'marker' in STATE or hasattr(os, 'marker')]"
            return child.ask(code, seconds=20)


def descendants(pid: int) -> int:
    """Return how many processes a process has below it."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return sum(1 + descendants(int(child)) for child in text.split())


@pytest.fixture(scope="session", params=[tier for tier in Tier if tier.is_boundary], ids=lambda tier: tier.value)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Give each tier that is a boundary; skip one that this machine does not have, with its reason."""
    trial = try_tier(request.param)
    if "does not stop" in trial.words or "cannot" in trial.words:
        pytest.fail(f"the {request.param.value} tier starts here and does not hold: {trial.words}")
    if not trial.works:
        pytest.skip(f"no {request.param.value} tier here: {trial.words}")
    if platform.machine() != "x86_64":
        pytest.skip("the attacks name system calls of x86_64")
    return request.param


@pytest.fixture(scope="session")
def battle(tier: Tier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Battle]:
    """Give a worker of the tier, beside a folder with the answers."""
    outside = tmp_path_factory.mktemp("outside")
    (outside / "answers.txt").write_text("known to the judge")
    os.environ["MEMSLOT_LAB_SECRET"] = "known to the judge"
    with Worker(APP, "attacked", tier=tier, limits=LIMITS) as worker:
        yield Battle(worker, outside)
