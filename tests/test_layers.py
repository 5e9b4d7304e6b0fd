"""Imports point down only, and what is installed as an extra is imported where it is used."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PACKAGE = Path(__file__).parents[1] / "memslot_lab"

BELOW_VIEWS = {"engine", "eras", "cost", "publish", "watch", "captures"}
BELOW_COURSE = BELOW_VIEWS | {"views"}

# What each room may import from the package, itself aside. A new room or top-level module gets a line here.
ROOMS = {
    "__init__": {"engine"},
    "engine": set[str](),
    "eras": {"engine"},
    "cost": {"engine"},
    "publish": {"engine"},
    "watch": {"engine"},
    "captures": {"engine", "cost"},
    "views": BELOW_VIEWS,
    "widgets": BELOW_COURSE,
    "course": BELOW_COURSE,
    "grading": BELOW_COURSE | {"course"},
    "commands": BELOW_COURSE | {"course", "grading"},
    "cli": BELOW_COURSE | {"course", "grading", "commands"},
}

# Installed as extras, so no module may need them to be imported; but pytest loads its plugin, and nbval is run by it.
INSIDE_FUNCTIONS = {"IPython", "dask", "distributed", "matplotlib", "nbclient", "nbformat", "pytest", "tqdm"}
EXCEPTIONS = {("grading/pytest_plugin.py", "pytest"), ("grading/nbval_inside.py", "pytest")}

# Below views nothing is imported but the standard library, save a progress bar where one is installed.
OPTIONAL_BELOW_VIEWS = {("captures", "tqdm")}

# The engine prints nothing, opens no file, asks no clock and rolls no dice.
FOREIGN_TO_ENGINE = {"io", "os", "pathlib", "random", "secrets", "sys", "tempfile", "time", "datetime", "logging"}


class Import(NamedTuple):
    """One imported module, by its full name."""

    module: str
    in_function: bool


def imports_of(tree: ast.AST, package: str, *, in_function: bool = False) -> Iterator[Import]:
    """Yield every import in a module of `package`; one for the type checker alone is not made at import time."""
    for node in ast.iter_child_nodes(tree):
        inside = in_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        inside = inside or (isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"))
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parent = ".".join(package.split(".")[: 1 - node.level or None]) if node.level else ""
            base = ".".join(filter(None, [parent, node.module]))
            # `from memslot_lab import engine` names the room after the import.
            yield from (
                Import(f"{base}.{alias.name}" if base == "memslot_lab" else base, inside) for alias in node.names
            )
        yield from imports_of(node, package, in_function=inside)


def mistakes(name: str, source: str) -> list[str]:
    """Return what is wrong with the imports of module `name` (``views/text.py``)."""
    path = Path(name)
    room = path.parts[0].removesuffix(".py")
    package = ".".join(("memslot_lab", *path.parts[:-1]))
    found: list[str] = []
    for module, in_function in imports_of(ast.parse(source), package):
        top, _, rest = module.partition(".")
        inner = rest.split(".")[0]
        if top == "memslot_lab":
            if inner in ROOMS and inner != room and inner not in ROOMS[room]:
                found.append(f"{name} imports {module}: {room} may know {sorted(ROOMS[room]) or 'no other room'}")
        elif room == "engine" and top in FOREIGN_TO_ENGINE:
            found.append(f"{name} imports {module}: the engine has no files, clock or randomness")
        elif top not in sys.stdlib_module_names:
            if room in BELOW_VIEWS and not (in_function and (room, top) in OPTIONAL_BELOW_VIEWS):
                found.append(f"{name} imports {module}: {room} is standard library only")
            elif top in INSIDE_FUNCTIONS and not in_function and (name, top) not in EXCEPTIONS:
                found.append(f"{name} imports {module} at import time: import it in the function that uses it")
    return found


MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("name", MODULES)
def test_imports_of_each_module_point_down(name: str) -> None:
    """A module imports from lower rooms only, and extras where they are used."""
    assert mistakes(name, (PACKAGE / name).read_text()) == []


def test_rooms_every_module_is_in_a_known_one() -> None:
    """A new room has a line in this test."""
    assert {name.split("/")[0].removesuffix(".py") for name in MODULES} <= set(ROOMS)


def test_reference_imports_only_the_model() -> None:
    """What proves the engine right shares nothing with it but the values."""
    tree = ast.parse((PACKAGE / "engine/reference.py").read_text())

    ours = {module for module, _ in imports_of(tree, "memslot_lab.engine") if module.startswith("memslot_lab")}
    assert ours == {"memslot_lab.engine.model"}


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("engine/update.py", "from memslot_lab.views import text"),
        ("engine/update.py", "from memslot_lab import cost"),
        ("engine/update.py", "from .. import cost"),
        ("engine/update.py", "from ..cost import cost_of"),
        ("engine/update.py", "import time"),
        ("engine/update.py", "def f():\n    import random"),
        ("cost.py", "import numpy"),
        ("captures/log.py", "import tqdm"),
        ("captures/log.py", "def f():\n    import matplotlib"),
        ("captures/log.py", "from memslot_lab.course import workspace"),
        ("views/plot.py", "from matplotlib import pyplot"),
        ("views/plot.py", "try:\n    import IPython\nexcept ImportError:\n    pass"),
        ("views/plot.py", "class A:\n    import tqdm"),
        ("widgets/stepper.py", "import memslot_lab.grading.judge"),
        ("grading/judge.py", "from memslot_lab.widgets.stepper import Stepper"),
        ("grading/judge.py", "import pytest"),
        ("course/checks.py", "def f():\n    from memslot_lab.grading import judge"),
        ("cli.py", "import memslot_lab.widgets"),
        ("__init__.py", "from memslot_lab import views"),
    ],
)
def test_mistakes_import_that_points_up_is_found(name: str, source: str) -> None:
    """Each kind of wrong import is seen."""
    assert len(mistakes(name, source)) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("engine/update.py", "from memslot_lab.engine.model import Memslots"),
        ("engine/update.py", "from .model import Memslots"),
        ("captures/log.py", "def f():\n    from tqdm import tqdm"),
        ("views/plot.py", "def f():\n    from matplotlib import pyplot"),
        ("views/plot.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from matplotlib.axes import Axes"),
        ("widgets/stepper.py", "import anywidget\nfrom memslot_lab.views import text"),
        ("grading/pytest_plugin.py", "import pytest"),
        ("cli.py", "import memslot_lab\nfrom memslot_lab import __version__"),
    ],
)
def test_mistakes_import_that_points_down_is_fine(name: str, source: str) -> None:
    """No right import is refused."""
    assert mistakes(name, source) == []
