"""What a lesson says, for the tests that compute its numbers anew."""

import json
from pathlib import Path

ROOT = Path(__file__).parents[2]


def prose(lesson: str) -> str:
    """Return the text of a lesson's markdown cells, white space folded."""
    path = ROOT / "notebooks" / f"{lesson}.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return " ".join(" ".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown").split())


def assert_says(lesson: str, sentence: str) -> None:
    """Fail unless the lesson says this; write the sentence with the number computed: ``f"costs {n} shifts"``."""
    assert " ".join(sentence.split()) in prose(lesson), f"{lesson} does not say: {sentence}"
