"""The answer cells of a notebook, by `grade_id` or else by the function that they define; and nothing else of it.

No text of a student is parsed as Python here: that is for the confined child. Which exercise a file without a telling
name answers is seen from the functions in it.
"""

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple, cast

from memslot_lab.course.answers import as_table, nbgrader_mark, source_of
from memslot_lab.course.catalog import Exercise
from memslot_lab.grading.unfit import UnfitError

__all__ = ["Read", "functions_in", "read_answer", "variant_said"]

_COMMAND = re.compile(r"^(?=%%?[A-Za-z]|!|[\w.]+\?{1,2}[ \t]*$|\?{1,2}[\w.]+[ \t]*$)", re.MULTILINE)
_DEFINED = re.compile(r"^(?:async[ \t]+)?def[ \t]+(\w+)[ \t]*\(", re.MULTILINE)
_CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
_MARK = re.compile(r" nbgrader=(\{[^{}]*\})")
_LONGEST_CODE = 100

Cell = tuple[int, dict[str, Any]]


class Read(NamedTuple):
    """What a file holds.

    Parameters
    ----------
    pieces : tuple[tuple[str, str], ...]
        As in `Submission`.
    variant : str
        The code that the notebook says, an empty string if none.
    """

    pieces: tuple[tuple[str, str], ...]
    variant: str


def read_answer(name: str, content: bytes, exercise: Exercise) -> Read:
    """Return what a file answers to an exercise.

    Parameters
    ----------
    name : str
        The file's; one that ends in .py is taken whole, but for a notebook's text pair with marked answer cells.
    content : bytes
        What it holds.
    exercise : Exercise
        Whose functions are looked for.

    Raises
    ------
    UnfitError
        It cannot be judged.
    """
    if name.casefold().endswith(".py"):
        text = _text(name, content)
        cells = _text_cells(text)
        read = Read(_answers(name, cells, exercise) if cells else (("file", text),), "")
    else:
        document = _document(name, content)
        read = Read(_answers(name, _cells(name, document), exercise), _variant(document))
    if not any(source.strip() for _, source in read.pieces):
        names = ", ".join(f"{task.function}()" for task in exercise.tasks)
        raise UnfitError("no-answer", f"{name} has no answer for {names}; write it into the answer cell, save, hand in")
    if not _is_text(read):
        raise UnfitError("bad-encoding", f"{name} has characters that are no text; take them out and save it again")
    return read


def functions_in(name: str, content: bytes, known: Collection[str]) -> set[str]:
    """Return which of the known functions a file seems to answer; none for a file that cannot be read."""
    try:
        if name.casefold().endswith(".py"):
            return set(_DEFINED.findall(_text(name, content))) & set(known)
        cells = _cells(name, _document(name, content))
    except UnfitError:
        return set()
    marked = {str(nbgrader_mark(cell).get("grade_id")) for _, cell in cells} & set(known)
    return marked or {found for _, cell in cells for found in _DEFINED.findall(source_of(cell))} & set(known)


def variant_said(name: str, content: bytes) -> str:
    """Return the code that a notebook says, an empty string if none.

    Raises
    ------
    UnfitError
        It is no notebook.
    """
    return _variant(_document(name, content))


def _text(name: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnfitError(
            "bad-encoding", f"{name} is not in UTF-8; save it in that encoding and hand it in again"
        ) from None


def _document(name: str, content: bytes) -> dict[str, Any]:
    text = _text(name, content)
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError, MemoryError):  # cut off, no JSON, or made to break its reader
        words = f"{name} is not a whole notebook; open and save it in Jupyter, see that it opens, and hand it in again"
        raise UnfitError("bad-notebook", words) from None
    if not isinstance(document, dict):
        raise UnfitError("bad-notebook", f"{name} is not a notebook; hand in the .ipynb file of the exercise")
    return cast("dict[str, Any]", document)


def _cells(name: str, document: dict[str, Any]) -> list[Cell]:
    """Return the code cells in which a student may write, with their numbers."""
    cells: object = document.get("cells")
    version = document.get("nbformat")
    if version != 4 and ("worksheets" in document or type(version) is int):
        words = f"{name} is a notebook of format {version!a:.9}, not 4; open and save it in a current JupyterLab"
        raise UnfitError("old-format", words)
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cast("list[object]", cells)):
        raise UnfitError(
            "bad-notebook", f"{name} has no cells; hand in the .ipynb file of the exercise, saved in Jupyter"
        )
    if language := _other_language(document):
        words = f"{name} is a notebook for {language}; choose the Python kernel, save it and hand it in again"
        raise UnfitError("other-language", words)
    numbered = enumerate(cast("list[dict[str, Any]]", cells), start=1)
    return [
        (n, cell) for n, cell in numbered if cell.get("cell_type") == "code" and not nbgrader_mark(cell).get("locked")
    ]


def _text_cells(text: str) -> list[Cell]:
    """Return the marked answer cells of a notebook's text pair in jupytext's percent format; else none."""
    _, *parts = _CELL.split(text)
    marks = [_MARK.search(head) for head in parts[::2]]
    metadata = [{"nbgrader": _mark(mark[1])} if mark else {} for mark in marks]
    cells = [{"metadata": each, "source": source} for each, source in zip(metadata, parts[1::2], strict=True)]
    return [(n, cell) for n, cell in enumerate(cells, start=1) if nbgrader_mark(cell).get("solution")]


def _mark(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _other_language(document: dict[str, Any]) -> str:
    about = as_table(document.get("metadata"))
    told = (as_table(about.get("language_info")).get("name"), as_table(about.get("kernelspec")).get("language"))
    language = next((word for word in told if isinstance(word, str) and word), "python")
    return "" if "python" in language.casefold() else ascii(language[:30])


def _answers(name: str, cells: list[Cell], exercise: Exercise) -> tuple[tuple[str, str], ...]:
    """Return function and text of each answer that there is."""
    found = {task.function: _answer(name, cells, task.function) for task in exercise.tasks}
    return tuple((function, source) for function, source in found.items() if source.strip())


def _answer(name: str, cells: list[Cell], function: str) -> str:
    """Return the text that answers for a function, an empty string if nothing does."""
    found = [(n, source_of(cell)) for n, cell in cells if nbgrader_mark(cell).get("grade_id") == function]
    if not any(source.strip() for _, source in found):
        sources = ((n, source_of(cell)) for n, cell in cells if not nbgrader_mark(cell))
        found = [(n, source) for n, source in sources if function in _DEFINED.findall(source)]
    texts = {source: n for n, source in reversed(found) if source.strip()}
    if len(texts) > 1:
        numbers = " and ".join(map(str, sorted(texts.values())))
        raise UnfitError(
            "duplicate-cells", f"{name} answers {function}() in cells {numbers}; delete all but one of them"
        )
    return _COMMAND.sub("# ", next(iter(texts), ""))  # a command of the notebook is not run; lines keep their numbers


def _variant(document: dict[str, Any]) -> str:
    code: object = as_table(as_table(document.get("metadata")).get("memslot_lab")).get("variant")
    return code if isinstance(code, str) and _is_plain(code) and len(code) <= _LONGEST_CODE else ""


def _is_plain(code: str) -> bool:
    return code.isascii() and code.isprintable()  # it is shown on terminals


def _is_text(read: Read) -> bool:
    try:
        "".join(source for _, source in read.pieces).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can spell
        return False
    return True
