"""Cut the exercises for a class: a folder a student, each notebook in that student's variant.

The variant's code stands in the notebook's metadata and in a cell that prints it; nothing draws it again.
"""

import ast
import json
import re
from pathlib import Path
from typing import Any, cast

from memslot_lab.course import lowest_first
from memslot_lab.course.answers import source_of
from memslot_lab.course.catalog import Exercise, read_manifest
from memslot_lab.course.checks import check, solved
from memslot_lab.course.errors import NotebookError, VariantError
from memslot_lab.course.report import Report
from memslot_lab.course.stubs import as_notebook, cut_stub, refuse_edited, replace_file
from memslot_lab.course.variants import Variant, is_mirrored, variant_of

__all__ = ["VariantInUse", "hand_out", "in_variant", "read_students", "use_variant"]

_STUDENT = re.compile(r"\w[\w.@+-]*")


class VariantInUse:
    """A variant in a notebook; shows itself, and checks by itself. From `use_variant()`."""

    def __init__(self, variant: Variant) -> None:
        self._variant = variant

    def __repr__(self) -> str:
        return str(self._variant)

    def check(self, function: object) -> Report:
        """Check one function by this variant; as `check()`."""
        return check(function, variant=self._variant)

    def solved(self, exercise: str, *functions: object) -> None:
        """Print one line when all passes by this variant; as `solved()`."""
        solved(exercise, *functions, variant=self._variant)


def use_variant(code: str) -> VariantInUse:
    """Return the variant of this name, for a notebook.

    Raises
    ------
    VariantError
        There is none.
    """
    return VariantInUse(Variant(code))


def read_students(path: Path) -> list[str]:
    """Return the students of a file, one a line; blank lines do not count.

    Raises
    ------
    VariantError
        It cannot be read, names nobody, names one twice, or has a name that cannot be a folder's.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()  # an editor of Windows puts a mark in front
    except (OSError, UnicodeDecodeError) as error:
        raise VariantError(f"{path} cannot be read ({error}); give a text file with one student a line") from None
    students: list[str] = []
    for number, line in enumerate(lines, start=1):
        name = line.strip()
        if name and not _STUDENT.fullmatch(name):
            raise VariantError(f"{path}, line {number}: {name!r} cannot be a folder; use letters, digits and . @ + - _")
        if name.casefold() in map(str.casefold, students):
            raise VariantError(f"{path}, line {number}: {name} stands there twice; take one out")
        students += [name] if name else []
    if not students:
        raise VariantError(f"{path} names nobody; write one student a line")
    return students


def hand_out(solutions: Path, exercises: Path, *, course_seed: str, students: list[str], out: Path) -> list[Path]:
    """Cut every exercise in every student's variant; write ``out/student/exercise.ipynb``, all of them or none.

    Parameters
    ----------
    solutions, exercises : Path
        Folders; the second holds info.toml.
    course_seed : str
        Any text; keep it for the whole course.
    students : list[str]
        From `read_students()`.
    out : Path
        Made when it is missing.

    Returns
    -------
    list[Path]
        The notebooks that were written; those that are the same already are left alone.

    Raises
    ------
    ManifestError, NotebookError
        As `release()`; a notebook that was worked in is not overwritten.
    """
    manifest = read_manifest(exercises / "info.toml")
    stubs = {name: cut_stub(solutions / f"{name}.ipynb", exercise) for name, exercise in manifest.items()}
    cut = {
        out / student / f"{name}.ipynb": in_variant(stubs[name], manifest[name], variant_of(course_seed, student))
        for student in students
        for name in manifest
    }
    written = {path: content for path, content in cut.items() if not path.exists() or path.read_bytes() != content}
    for path in written:
        refuse_edited(path)
    for path, content in written.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    return list(written)


def in_variant(stub: bytes, exercise: Exercise, variant: Variant) -> bytes:
    """Return the stub of an exercise, a whole notebook, in a variant."""
    cells = cast("list[dict[str, Any]]", json.loads(stub)["cells"])
    mirrored = is_mirrored(exercise, variant)
    first = next(i for i, cell in enumerate(cells) if cell["cell_type"] == "code")
    imports, rest = _split(source_of(cells[first]))
    own = _names(imports)
    for cell in cells[first + 1 :]:
        if mirrored and cell["cell_type"] == "code" and own & _names(source_of(cell)):
            raise NotebookError(f"{exercise.name}: a cell imports {own & _names(source_of(cell))} again; take that out")
    lines = ["from memslot_lab.course.handout import use_variant"]
    turned = sorted(own & set(lowest_first.__all__)) if mirrored else []
    lines += [f"from memslot_lab.course.lowest_first import {', '.join(turned)}"] if turned else []
    lines += ["from memslot_lab.course import lowest_first as engine"] if mirrored and "engine" in own else []
    lines += [
        "",
        f'variant = use_variant("{variant.code}")',
        "check, solved = variant.check, variant.solved",
        "variant",
    ]
    new = [{**cells[first], "source": imports.splitlines(keepends=True)}]
    new += [_locked("variant", "code", "\n".join(lines))]
    new += (
        [{**cells[first], "id": f"{cells[first]['id']}-rest", "source": rest.splitlines(keepends=True)}] if rest else []
    )
    top = [_locked("variant-order", "markdown", _TURNED)] if mirrored else []
    cells = [cells[0], *top, *cells[1:first], *new, *cells[first + 1 :]]
    return as_notebook(cells, variant=variant.code)


def _split(source: str) -> tuple[str, str]:
    """Return a cell's imports, and the rest of it."""
    body = ast.parse(source).body
    last = max((node.end_lineno or 0 for node in body if isinstance(node, ast.Import | ast.ImportFrom)), default=0)
    lines = source.splitlines()
    return "\n".join(lines[:last]), "\n".join(lines[last:]).strip("\n")


def _names(source: str) -> set[str]:
    """Return what a cell imports."""
    code = "\n".join(line for line in source.splitlines() if not line.lstrip().startswith(("%", "!")))
    imports = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {alias.asname or alias.name for node in imports for alias in node.names}


def _locked(name: str, kind: str, source: str) -> dict[str, Any]:
    """Return a cell that Jupyter itself locks: nbgrader refuses marks of its own on cells that its source has not."""
    cell: dict[str, Any] = {"cell_type": kind, "id": name, "source": source.splitlines(keepends=True)}
    cell["metadata"] = {"deletable": False, "editable": False}
    return {**cell, "execution_count": None, "outputs": []} if kind == "code" else cell


_TURNED = """\
## Your variant is turned around: LOWEST GFN FIRST

| | in the kernel, and in the lessons | here |
|---|---|---|
| front, index 0 | highest GFN | **lowest GFN** |
| back | lowest GFN | **highest GFN** |
| forward, toward index 0 | to higher GFNs | **to lower GFNs** |
| a GFN g of a case there | g | LIMIT - (g + npages) here |

Wherever the text below says higher, read lower, and lower for higher; so every comparison of two GFNs turns around.
The index table, `used_slots` and the stale entries are as in the kernel."""
