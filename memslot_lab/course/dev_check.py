"""Check the course as its makers must: in step with itself, and each answer judged as it should be.

Works on a checkout: solutions/ and tests/ are not in a wheel.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, repeat
from pathlib import Path

from memslot_lab.course.answer_files import trouble_of_right, trouble_of_wrong
from memslot_lab.course.answers import read_cells, source_of
from memslot_lab.course.catalog import Exercise, read_manifest
from memslot_lab.course.checks import check_exercise
from memslot_lab.course.errors import CourseError
from memslot_lab.course.misconceptions import all_misconceptions, smallest_case
from memslot_lab.course.stubs import stale_stubs
from memslot_lab.course.style import style_findings

__all__ = ["dev_check"]

_Manifest = dict[str, Exercise]


def dev_check(root: Path) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the course in a checkout.

    Raises
    ------
    CourseError
        `root` is no checkout, or its manifest cannot be read at all.
    """
    for folder in ("exercises", "solutions", "notebooks", "tests"):
        if not (root / folder).is_dir():
            raise CourseError(f"{root} has no {folder}/; name the root of a checkout of memslot_lab")
    manifest = read_manifest(root / "exercises" / "info.toml")  # names, hints, points: refused there
    checks: tuple[Callable[[Path, _Manifest], Iterator[str]], ...] = (
        _lessons,
        _stubs,
        _solutions,
        _known_answers,
        _misconceptions,
        _stray_files,
        _text_pairs,
        _style,
    )
    yield from chain.from_iterable(check(root, manifest) for check in checks)


def _lessons(root: Path, manifest: _Manifest) -> Iterator[str]:
    for exercise in manifest.values():
        lesson = root / "notebooks" / f"{exercise.lesson}.ipynb"
        if not lesson.is_file():
            yield f"{exercise.name}: its lesson {exercise.lesson} is not in notebooks/; correct info.toml"
        elif f"../exercises/{exercise.name}.ipynb" not in lesson.read_text(encoding="utf-8"):
            yield f"{lesson}: does not link to its exercise {exercise.name}; add the link"


def _stubs(root: Path, manifest: _Manifest) -> Iterator[str]:
    for path in stale_stubs(root / "solutions", root / "exercises"):
        yield f"{path}: is not what its solution gives; run memslot-lab release"
    for name in manifest:
        report = check_exercise(root / "exercises" / f"{name}.ipynb")
        if report.points or not all(task.problem.endswith("(...)`.") for task in report.tasks):
            yield f"{name}: its stub has {report.points} points, or is not told as unwritten; cut the answer out"


def _solutions(root: Path, manifest: _Manifest) -> Iterator[str]:
    for name in manifest:
        report = check_exercise(root / "solutions" / f"{name}.ipynb")
        if not report.passed:
            yield f"{name}: its solution has {report.points} of {report.max_points} points; mend it"


def _known_answers(root: Path, manifest: _Manifest) -> Iterator[str]:
    with ProcessPoolExecutor() as pool:  # some hundred answers, each checked as a learner's
        for kind, trouble_of in (("right", trouble_of_right), ("wrong", trouble_of_wrong)):
            for name, exercise in manifest.items():
                files = sorted((root / "tests" / kind / name).glob("*.py"))
                if not files:
                    yield f"tests/{kind}/{name}: holds no answer; add some"
                yield from filter(None, pool.map(trouble_of, files, repeat(exercise)))


def _misconceptions(root: Path, manifest: _Manifest) -> Iterator[str]:
    everyone = all_misconceptions()
    names = [one.name for one in everyone]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"misconception {name}: stands there twice; give each a name of its own"
    for one in everyone:
        if not (one.thinks and one.says and one.asks.endswith("?")):
            yield f"misconception {one.name}: thinks, says or asks is empty, or asks nothing; write it"
        if smallest_case(one) is None:
            yield f"misconception {one.name}: no case of {one.function}() shows it; add one"


def _stray_files(root: Path, manifest: _Manifest) -> Iterator[str]:
    wanted = {
        "exercises": {"info.toml", "kept", *(f"{name}.ipynb" for name in manifest)},
        "solutions": {f"{name}.{end}" for name in manifest for end in ("ipynb", "py")},
        "tests/right": set(manifest),
        "tests/wrong": set(manifest),
        "memslot_lab/course/misconceptions": {f"{name}.toml" for name in manifest},
    }
    for folder, names in wanted.items():
        for path in sorted((root / folder).iterdir()):
            if path.name not in names and not path.name.startswith((".", "__")):
                yield f"{path}: belongs to no exercise of info.toml; name it there, or delete it"
    for path in sorted((root / "notebooks").glob("*.py")):
        if not path.with_suffix(".ipynb").exists():
            yield f"{path}: is the text of no notebook; run make lessons, or delete it"


def _notebooks(root: Path) -> list[Path]:
    return sorted(path for folder in ("notebooks", "solutions") for path in (root / folder).glob("*.ipynb"))


def _text_pairs(root: Path, manifest: _Manifest) -> Iterator[str]:
    try:
        import jupytext  # pyright: ignore[reportMissingTypeStubs]
    except ImportError:
        yield "jupytext is not installed, so text pairs cannot be compared; pip install 'memslot-lab[dev]'"
        return
    for path in _notebooks(root):
        pair = path.with_suffix(".py")
        text = jupytext.read(pair).cells if pair.exists() else []  # pyright: ignore[reportUnknownMemberType]
        if [(c.cell_type, c.source) for c in text] != [(c["cell_type"], source_of(c)) for c in read_cells(path)]:
            yield f"{path}: differs from its text pair {pair.name}; run make lessons"


def _style(root: Path, manifest: _Manifest) -> Iterator[str]:
    for path in _notebooks(root):
        fewest = 25 if path.parent.name == "notebooks" else 10
        yield from (f"{path}: {finding}" for finding in style_findings(read_cells(path), fewest=fewest))
