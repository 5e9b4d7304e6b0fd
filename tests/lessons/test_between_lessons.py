"""What several lessons say of one thing, or one of another: they agree."""

import json
import re
from pathlib import Path

import pytest

from memslot_lab.widgets import Playground

from .prose import ROOT, assert_says, prose

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
COUNTS = {4: "Four", 5: "Five", 6: "Six"}

# "[PATCH v2 14/15] KVM: Terminate memslot walks via used_slots", reply of 24 October 2019: named after the others,
# both functions had the other direction in their names.
RENAMED = {"forward": "move_backward", "backward": "move_forward"}


def titles() -> dict[str, str]:
    """Return the heading of each lesson."""
    return {lesson: _first_line(ROOT / "notebooks" / f"{lesson}.ipynb").removeprefix("# ") for lesson in LESSONS}


def _first_line(path: Path) -> str:
    return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]).splitlines()[0]


@pytest.mark.parametrize("number", range(len(LESSONS)))
def test_lesson_leads_to_the_next_one(number: int) -> None:
    """By its title and its file; the last one leads to the review."""
    lesson, following = LESSONS[number], LESSONS[number + 1 : number + 2]
    wanted = [f"Next: [{titles()[name]}]({name}.ipynb)" for name in following]

    assert prose(lesson).count("Next: ") == 1
    for words in wanted or ["Next: that was the last lesson. `memslot-lab review`"]:
        assert_says(lesson, words)


@pytest.mark.parametrize("lesson", LESSONS)
def test_old_names_of_the_movers_are_those_of_the_mail(lesson: str) -> None:
    """Each lesson that tells an old name tells it of the function that had it."""
    told = re.findall(r"kvm_shift_memslots_(\w+)\(\)", prose(lesson))
    of = {"04_creating": "move_forward", "05_moving_backward": "move_backward", "09_counting": "move_forward"}

    assert [RENAMED[name] for name in told] == ([of[lesson]] if lesson in of else [])
    if lesson == "01_highest_gfn_first":
        assert_says(lesson, '`move_backward()` was called "shift forward"')


@pytest.mark.parametrize(
    ("lesson", "seed", "sentence"),
    [
        ("03_deleting", 3, "{} slots stand there."),
        ("05_moving_backward", 5, "{} slots. Drag one along the axis"),
    ],
)
def test_playground_has_as_many_slots_as_said(lesson: str, seed: int, sentence: str) -> None:
    """The seed of the lesson's cell gives them."""
    count = COUNTS[len(Playground(seed=seed).slots)]

    assert sentence.format(count).lower() in prose(lesson).lower()
