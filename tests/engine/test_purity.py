"""The engine is the algorithm and nothing else; tests/test_layers.py tells what it may import."""

import ast
from pathlib import Path

import pytest

from memslot_lab import engine

FOLDER = Path(engine.__file__).parent
IMPURE_CALLS = {"breakpoint", "eval", "exec", "input", "open", "print"}


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.py")))
def test_engine_module_calls_nothing_that_prints_reads_or_evaluates(name: str) -> None:
    """No output, no file, no code made at run time."""
    calls = {
        ast.unparse(node.func)
        for node in ast.walk(ast.parse((FOLDER / name).read_text()))
        if isinstance(node, ast.Call)
    }

    assert calls & IMPURE_CALLS == set()


def test_update_holds_the_five_functions_of_the_mail_in_its_order() -> None:
    """Nothing else is defined there: no event, no counter, no hook."""
    body = ast.parse((FOLDER / "update.py").read_text()).body
    defined = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)]

    assert defined == ["delete", "insert_back", "move_backward", "move_forward", "update_memslots"]
