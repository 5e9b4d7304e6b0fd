"""Rules of the repository: what lies where, how long it is, and that what is named exists."""

import ast
import builtins
import io
import re
import statistics
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "memslot_lab"

FOLDERS = {"memslot_lab", "notebooks", "exercises", "solutions", "tests", "bench", "docs"}
FILES = {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"}
BUILT = {"dist", "__pycache__"}  # ignored by git

LARGEST_FILE = 3 << 20  # bytes; the vectors need 2.6 MB
LONGEST_MODULE = 400  # lines
ENGINE_LIMIT = 500  # lines of code
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/\w+|Users/\w+)/|/tmp/\w+/|\b(?:pypi|pythonhosted|npmjs)\.org\b")


def repository_files() -> Iterator[Path]:
    """Yield every file that belongs to the repository."""
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.name != ".git")
    for folder in {*FOLDERS, ".ci"}:
        for path in (ROOT / folder).rglob("*"):
            hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(ROOT / folder).parts)
            if path.is_file() and not hidden:
                yield path


REPOSITORY = sorted(repository_files())
SOURCES = sorted(PACKAGE.rglob("*.py"))
TREES = {path: ast.parse(path.read_text()) for path in SOURCES}

Function = ast.FunctionDef | ast.AsyncFunctionDef
Documented = ast.Module | ast.ClassDef | Function


def name_of(path: Path) -> str:
    """Return the path below the root, as the id of a test."""
    return path.relative_to(ROOT).as_posix()


def documented(tree: ast.AST) -> Iterator[Documented]:
    """Yield what has a docstring in `tree`."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, Documented))
    yield from (node for node in nodes if ast.get_docstring(node))


def docstring_lines(tree: ast.AST) -> set[int]:
    """Return the lines of every docstring in `tree`."""
    firsts = [node.body[0] for node in documented(tree)]
    return {line for first in firsts for line in range(first.lineno, (first.end_lineno or 0) + 1)}


def test_top_level_holds_nothing_else() -> None:
    """A newcomer sees seven folders and six files."""
    visible = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}

    assert visible - FOLDERS - FILES - BUILT == set()


def test_files_name_no_machine() -> None:
    """No file holds a path of one machine or the host of a package registry."""
    texts = {name_of(path): path.read_bytes().decode(errors="replace") for path in REPOSITORY}

    assert {name: found for name, text in texts.items() if (found := MACHINE.findall(text))} == {}


@pytest.mark.parametrize("words", [("", "work", "x"), ("in ", "root", "x"), ("", "home", "ann", "x"), ("pypi.", "org")])
def test_machine_path_or_host_is_seen(words: tuple[str, ...]) -> None:
    """The pattern finds what it looks for."""
    assert MACHINE.search("/".join(words).replace("./", "."))


def test_file_sizes_are_small() -> None:
    """A clone stays quick."""
    assert [name_of(path) for path in REPOSITORY if path.stat().st_size > LARGEST_FILE] == []


def test_module_lengths_allow_reading_in_one_go() -> None:
    """A file that grows beyond the limit asks to be two."""
    assert [name_of(path) for path in SOURCES if len(path.read_text().splitlines()) > LONGEST_MODULE] == []


def code_lines(path: Path) -> int:
    """Return how many lines hold code: no blank line, comment or docstring."""
    nothing = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    lines = {line for token in tokens if token.type not in nothing for line in range(token.start[0], token.end[0] + 1)}
    return len(lines - docstring_lines(TREES[path]))


def test_engine_length_is_one_sitting() -> None:
    """The engine stays within what the README promises."""
    assert sum(map(code_lines, (PACKAGE / "engine").glob("*.py"))) < ENGINE_LIMIT


def test_function_lengths_are_short() -> None:
    """Half of the functions fit in 8 lines and nine of ten in 25, docstrings aside."""
    lengths: dict[str, int] = {}
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                lines = range(node.body[0].lineno, (node.end_lineno or 0) + 1)
                lengths[f"{name_of(path)}:{node.name}"] = len(set(lines) - docstring_lines(node))
    long = {name: length for name, length in lengths.items() if length > 25}

    assert statistics.median(lengths.values()) <= 8
    assert len(long) <= 0.1 * len(lengths), long


def prose(path: Path) -> str:
    """Return the docstrings and comments of a module."""
    docstrings = [ast.get_docstring(node) or "" for node in documented(TREES[path])]
    tokens = tokenize.generate_tokens(io.StringIO(path.read_text()).readline)
    return "\n".join([*docstrings, *(token.string for token in tokens if token.type == tokenize.COMMENT)])


def defined_names() -> set[str]:
    """Return the names of every function and class in the package, and Python's own."""
    nodes = (node for tree in TREES.values() for node in ast.walk(tree))
    return {node.name for node in nodes if isinstance(node, ast.ClassDef | Function)} | set(dir(builtins))


def unknown_calls(text: str, known: set[str]) -> list[str]:
    """Return the calls in backticks that name nothing in `known` and nothing in the standard library."""
    calls = [call.split(".") for call in re.findall(r"(?<!`)`([\w.]+)\(\)`", text)]
    return [".".join(call) for call in calls if call[-1] not in known and call[0] not in sys.stdlib_module_names]


def test_backticked_functions_exist() -> None:
    """Prose in backticks names functions of the package; the kernel's go without backticks."""
    known = defined_names()
    unknown = {name_of(path): unknown_calls(prose(path), known) for path in SOURCES}

    assert {name: calls for name, calls in unknown.items() if calls} == {}


def test_unknown_calls_renamed_function_is_found() -> None:
    """A name that no longer exists is seen; Python's own are fine."""
    assert unknown_calls("`gone()` and `delete()`, `os.replace()`", {"delete"}) == ["gone"]
