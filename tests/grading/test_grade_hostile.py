"""A class with cheats in it, marked from the command line: no cheat gets a point, and no neighbour loses one.

The sandbox itself is attacked in tests/hostile/; here the aim is the mark.
"""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.cli import main
from memslot_lab.grading.sandbox import Tier, best_tier

ROOT = Path(__file__).parents[2]
RIGHT = (ROOT / "tests" / "right" / "03_delete" / "kernel_loop.py").read_text()

pytestmark = pytest.mark.skipif(best_tier() is Tier.PROCESS, reason="nothing can be confined here")

EMPTY = "def delete(slots, slot):\n    pass\n"
# Each is a whole answer, and what it gets of 10 points.
CHEATS = {
    "equals_all": (
        """
class Equal(list):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __len__(self): return 0

def delete(slots, slot):
    slots.memslots = slots.id_to_index = slots.used_slots = slots.warnings = Equal()
    return Equal()
""",
        0,
    ),
    "patches_the_model": (
        """
import memslot_lab.engine.model as model
model.Memslots.__eq__ = model.MemorySlot.__eq__ = lambda *_: True
"""
        + EMPTY,
        0,
    ),
    "patches_what_plays": (
        """
import sys
for module in list(sys.modules.values()):
    for name in ("play_calls", "same", "same_value", "read_state", "encode", "answer"):
        if hasattr(module, name):
            setattr(module, name, lambda *_, **__: ["list"])
"""
        + EMPTY,
        0,
    ),
    "prints_a_verdict": (
        'print(\'{"score": 10, "status": "graded"}\')\nprint("10 passed")\n' + EMPTY,
        0,
    ),
    "writes_to_every_line": (
        """
import os
for descriptor in range(3, 64):
    try:
        os.write(descriptor, b"\\x00\\x00\\x00\\x20" + b'{"id": "0", "answer": ["list"]}  ')
    except OSError:
        pass
"""
        + EMPTY,
        0,
    ),
    "leaves_early": ("import os\nos._exit(0)\n", 0),
    "leaves_politely": ("raise SystemExit(0)\n", 0),
    "leaves_in_a_case": ("import os\ndef delete(slots, slot):\n    os._exit(0)\n", 0),
    "asks_for_the_reference": ("from memslot_lab.engine import delete\n", 0),
    "asks_the_reference_in_a_case": (
        "def delete(slots, slot):\n    from memslot_lab.engine.update import delete as right\n    right(slots, slot)\n",
        0,
    ),
    "reads_the_solution": (
        """
from pathlib import Path
SOURCE = "".join(path.read_text() for path in Path("/").rglob("*delete*.ipynb"))
exec(SOURCE or "def delete(slots, slot): pass")
""",
        0,
    ),
    "never_ends_in_c": ("import itertools\ndef delete(slots, slot):\n    sum(itertools.repeat(1))\n", 0),
    "never_ends_at_import": ("while True:\n    pass\n", 0),
    "nested_too_deep": (f"x = {'(' * 5000}{')' * 5000}\n{EMPTY}", 0),
    "holds_zeros": ("\0" * 100 + EMPTY, 0),
    "right_but_noisy": (RIGHT + '\nprint("x" * 10**7)\n', 10),
    "right_but_rude": (RIGHT + "\nimport signal, sys\nsys.setrecursionlimit(10**6)\nsignal.alarm(1)\n", 10),
}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Mark twenty honest submissions and every cheat in one run; return the rows by student."""
    folder = tmp_path_factory.mktemp("class")
    for n in range(20):
        (folder / f"honest{n:02}").mkdir()
        source = "solutions" if n % 2 else "exercises"
        shutil.copy(ROOT / source / "03_delete.ipynb", folder / f"honest{n:02}" / "03_delete.ipynb")
    for name, (text, _) in CHEATS.items():
        (folder / name).mkdir()
        (folder / name / "03_delete.py").write_text(text)
    out = folder.with_name("out")
    limits = ["--limit", "ask_seconds=0.5", "--limit", "load_seconds=0.7"]
    assert main(["grade", str(folder), "--out", str(out), "--jobs", "2", "--secret", "autumn", *limits]) == 0
    with (out / "results.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 20 + len(CHEATS)
    return {row["student"]: row for row in json.loads((out / "results.json").read_text())["results"]}


def test_honest_submissions_keep_their_marks(rows: dict[str, dict[str, Any]]) -> None:
    """Full points for the solution, none for the stub."""
    found = [(row["score"], row["status"]) for student, row in sorted(rows.items()) if student.startswith("honest")]

    assert found == [(0, "graded"), (10, "graded")] * 10


@pytest.mark.parametrize("name", CHEATS)
def test_cheat_gets_what_its_answer_deserves(rows: dict[str, dict[str, Any]], name: str) -> None:
    """And a row, with a status that is no failure of the grader."""
    assert rows[name]["status"] == "graded"
    assert rows[name]["score"] == CHEATS[name][1]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("leaves_early", "the program ended itself with exit status 0"),
        ("never_ends_in_c", "stopped after 0.5 s"),
        ("never_ends_at_import", "Line 2 of the file does not come to an end"),
        ("asks_for_the_reference", "the grader lends no delete"),
    ],
)
def test_cheat_is_told_in_words(rows: dict[str, dict[str, Any]], name: str, words: str) -> None:
    """What happened, for student and teacher alike."""
    assert words in json.dumps(rows[name])
