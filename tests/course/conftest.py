"""A learner's course folder, and what the learner saves in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course.workspace import unpack

ROOT = Path(__file__).parents[2]

RIGHT = """\
def delete(slots, slot):
    i = slots.id_to_index[slot.id]
    if i == -1:
        slots.warn("DELETE_UNKNOWN_ID")
        return
    slots.used_slots -= 1
    while i < slots.used_slots:
        slots.memslots[i] = slots.memslots[i + 1]
        slots.id_to_index[slots.memslots[i].id] = i
        i += 1
    slots.memslots[i] = slot
    slots.id_to_index[slot.id] = -1
"""
WRONG = RIGHT.replace("        slots.id_to_index[slots.memslots[i].id] = i\n", "")


class Learner:
    """Works on exercise 03 in a course folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.notebook = folder / "exercises" / "03_delete.ipynb"
        self.python = folder / "exercises" / "03_delete.py"
        self.progress = folder / ".memslot-lab-progress.json"

    def write(self, source: str) -> None:
        """Save an answer in the notebook."""
        document: dict[str, Any] = json.loads(self.notebook.read_text())
        cell = next(c for c in document["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == "delete")
        cell["source"] = source
        self.notebook.write_text(json.dumps(document))

    def kept(self) -> list[Path]:
        """Return the copies that resets made."""
        return sorted((self.folder / "exercises" / "kept").glob("*"))


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Learner:
    """A learner in a course folder, as `memslot-lab lab` lays it out."""
    unpack(tmp_path / "mine")
    monkeypatch.chdir(tmp_path / "mine")
    return Learner(tmp_path / "mine")
