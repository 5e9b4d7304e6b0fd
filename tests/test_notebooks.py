"""House rules for lessons and solutions: sizes, headings, opening, outputs, text pairs."""

import ast
import json
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from memslot_lab.course.style import CODE_LIMIT, code_lines, style_findings

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
BOTH = LESSONS + SOLUTIONS

Cell = dict[str, Any]
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
each_notebook = pytest.mark.parametrize("path", BOTH, ids=lambda path: path.stem)


@cache
def notebook(path: Path) -> dict[str, Any]:
    """Return a notebook as plain data."""
    return json.loads(path.read_text(encoding="utf-8"))


def text(cell: Cell) -> str:
    """Return a cell's source."""
    return "".join(cell["source"])


def cells(path: Path, kind: str) -> list[Cell]:
    """Return the cells of one kind, in order."""
    return [cell for cell in notebook(path)["cells"] if cell["cell_type"] == kind]


def python(source: str) -> ast.Module:
    """Return a cell's tree, its magics left out."""
    return ast.parse("\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))))


def headings(path: Path) -> list[tuple[int, str]]:
    """Return level and text of each heading outside code blocks."""
    prose = "\n".join(re.sub(r"```.*?```", "", text(cell), flags=re.DOTALL) for cell in cells(path, "markdown"))
    return [(len(marks), title) for marks, title in re.findall(r"^(#+) (.*)$", prose, flags=re.MULTILINE)]


def test_there_are_notebooks() -> None:
    """The rules below have something to hold on to."""
    assert LESSONS
    assert SOLUTIONS


@each_notebook
def test_cells_are_as_many_and_as_long_as_allowed(path: Path) -> None:
    """One sitting, one idea a cell; an exercise may be shorter than a lesson."""
    fewest = 25 if path in LESSONS else 10

    assert list(style_findings(notebook(path)["cells"], fewest=fewest)) == []


@each_notebook
def test_definitions_fit_the_screen(path: Path) -> None:
    """No function or class of more than 15 lines lives in a notebook."""
    for cell in cells(path, "code"):
        for node in ast.walk(python(text(cell))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                own = text(cell).splitlines()[node.lineno - 1 : node.end_lineno]
                assert len(code_lines("\n".join(own))) <= CODE_LIMIT, node.name


@each_notebook
def test_headings_begin_with_the_only_h1_and_skip_no_level(path: Path) -> None:
    """A screen reader's outline is whole."""
    levels = [level for level, _ in headings(path)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@each_notebook
def test_opening_cell_says_goal_needs_and_time(path: Path) -> None:
    """A reader knows at once whether to stay."""
    opening = text(notebook(path)["cells"][0])

    assert opening.startswith("# ")
    for phrase in ("You will be able to", "You need", r"\b(minutes|an hour|hours)\b"):
        assert re.search(phrase, opening)


@each_lesson
def test_concepts_stand_in_a_table_near_the_top(path: Path) -> None:
    """Each word of the kernel with its meaning and one example."""
    concepts = text(cells(path, "markdown")[1])

    assert concepts.startswith("## The words\n")
    assert re.search(r"^\|.*kernel.*\|.*example.*\|$", concepts, re.MULTILINE)


@each_lesson
def test_lesson_closes_with_questions_surprises_and_glossary(path: Path) -> None:
    """The end is the same in every lesson."""
    titles = [title for level, title in headings(path) if level == 2]

    assert titles[-3:] == ["Check yourself", "What surprises people", "Glossary"]


@each_lesson
def test_each_prediction_has_its_own_cell_and_is_answered_by_the_next(path: Path) -> None:
    """Predict and run are two cells, so that one comes before the other."""
    code = [text(cell) for cell in cells(path, "code")]
    predictions = [i for i, source in enumerate(code) if re.match(r"my_\w+ = \.\.\.", source)]

    assert predictions
    for i in predictions:
        assert len(code_lines(code[i])) == 1
        assert f"compare({code[i].split()[0]}," in code[i + 1]


@each_lesson
def test_saved_outputs_answer_no_prediction(path: Path) -> None:
    """Below three dots stands no picture and no number: what shows the answer comes with the verdict, then prose."""
    all_cells = notebook(path)["cells"]
    answers = [i for i, cell in enumerate(all_cells) if re.search(r"\bcompare\(my_", text(cell))]

    assert answers
    for i in answers:
        (output,) = all_cells[i]["outputs"]
        assert "".join(output["data"]["text/plain"]).startswith("No prediction yet")
        assert all_cells[i + 1]["cell_type"] == "markdown"


@each_notebook
def test_outputs_are_saved_and_hold_no_error(path: Path) -> None:
    """A reader without a kernel sees what the cells give, and the run was from top to bottom."""
    code = cells(path, "code")
    outputs = [output for cell in code for output in cell["outputs"]]

    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]


@each_notebook
def test_notebook_holds_nothing_of_the_machine_that_ran_it(path: Path) -> None:
    """No version, no timing, no path: a second run gives the same bytes."""
    whole = notebook(path)

    assert set(whole["metadata"]) <= {"jupytext", "kernelspec"}
    assert whole["metadata"]["kernelspec"]["name"] == "python3"
    assert not [cell for cell in whole["cells"] if "execution" in cell["metadata"]]
    assert not re.search(r"/(?:tmp|home|root)/", json.dumps(whole))


@each_notebook
def test_cell_ids_are_there_once_each(path: Path) -> None:
    """An id names one cell."""
    ids = [cell["id"] for cell in notebook(path)["cells"]]

    assert len(set(ids)) == len(ids)


@each_notebook
def test_text_pair_is_in_step(path: Path) -> None:
    """The text for review says what the notebook says."""
    jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed; pip install 'memslot-lab[dev]'")
    pair = jupytext.read(path.with_suffix(".py"))
    whole = notebook(path)

    assert [(cell.cell_type, cell.source) for cell in pair.cells] == [
        (cell["cell_type"], text(cell)) for cell in whole["cells"]
    ]
    assert [cell.metadata.get("nbgrader") for cell in pair.cells] == [
        cell["metadata"].get("nbgrader") for cell in whole["cells"]
    ]


@each_notebook
def test_links_to_files_lead_somewhere(path: Path) -> None:
    """A relative link names a file that is there."""
    prose = "\n".join(text(cell) for cell in cells(path, "markdown"))
    targets = [target for target in re.findall(r"\]\(([^)#]+)", prose) if "://" not in target]

    assert [target for target in targets if not (path.parent / target).exists()] == []


@each_lesson
def test_lesson_has_a_text_pair_and_a_number(path: Path) -> None:
    """The name gives the order of the course."""
    assert re.fullmatch(r"\d\d_[a-z_]+", path.stem)
    assert path.with_suffix(".py").is_file()
