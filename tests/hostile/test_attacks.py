"""Every attack is held, and the next submission is judged as if nothing had been."""

import threading
from pathlib import Path

import pytest

from memslot_lab.grading.sandbox import Tier, Worker

from .attacks import ATTACKS, Attack
from .conftest import APP, LIMITS, Battle, descendants

HONEST = [45, False]
SUBMISSIONS, INPUTS = 20, 20


def belongings(battle: Battle) -> dict[str, object]:
    """Return what an attack must leave as it was."""
    answers = battle.outside / "answers.txt"
    return {
        "answers": (answers.read_text(), answers.stat().st_mode, answers.stat().st_mtime_ns),
        "outside": sorted(path.name for path in battle.outside.iterdir()),
        "app": sorted(path.name for path in APP.iterdir() if path.name != "__pycache__"),
        "markers": [path for folder in ("/tmp", "/dev/shm") for path in Path(folder).glob("hostile-marker*")],
        "processes": descendants(battle.worker._process.pid),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
    }


def test_attacks_are_many_and_named_once() -> None:
    """Seventy is the least."""
    names = [attack.name for attack in ATTACKS]

    assert len(names) >= 70
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name.replace(" ", "_"))
def test_attack_is_held_and_leaves_nothing(battle: Battle, attack: Attack) -> None:
    """The judge gets an allowed outcome; nothing of it is left; the next child answers right."""
    before = belongings(battle)

    outcome = battle.outcome(attack)

    assert outcome in attack.outcomes(battle.worker.tier.value)
    assert belongings(battle) == before
    assert battle.honest() == HONEST


@pytest.mark.slow
def test_attacks_beside_honest_submissions_change_no_mark(battle: Battle, tier: Tier) -> None:
    """Twenty honest submissions are answered in full while every attack runs in the worker next door."""
    marks: list[int] = []
    fight = threading.Thread(target=lambda: [battle.outcome(attack) for attack in ATTACKS])
    fight.start()
    with Worker(APP, "attacked", tier=tier, limits=LIMITS) as worker:
        while len(marks) < SUBMISSIONS or fight.is_alive():
            with worker.open() as child:
                answers = [child.ask(f"result = {i} ** 2", seconds=5) for i in range(INPUTS)]
            marks.append(sum(answer == i**2 for i, answer in enumerate(answers)))
    fight.join()

    assert set(marks) == {INPUTS}
