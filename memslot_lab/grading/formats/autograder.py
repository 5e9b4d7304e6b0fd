"""The zip that Gradescope takes as an autograder: this package as it is here, and the scripts that run it there.

The package goes in as files and not as a requirement: the marks are then those of this very version, and the machine
that builds the container needs no package registry, only a Python. Solutions are left out.

Gradescope's containers run as root under Docker's default seccomp profile, which lets no user namespace be made;
Landlock works where the host's kernel and profile allow it. Where no tier is a boundary the script grades all the
same, with `grade --unsafe`: the container holds one submission and is thrown away, so nothing of others is at risk.
What is at risk is the mark: that code could forge its own, and read the secret. The tier is therefore said in the
log, which the teacher sees, and in the result's extra data. The judge stays a process of its own in any case.
"""

import shlex
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.workspace import course_files

__all__ = ["autograder_zip"]

_PACKAGE = Path(__file__).parents[2]
_SCRIPTS = Path(__file__).with_name("gradescope_files")
_COURSE = ("exercises/info.toml", "notebooks/00_start_here.ipynb")  # the second is how the first is found


def autograder_zip(exercise: str, secret: str = "", course_seed: str = "") -> bytes:
    """Return the zip; the same for the same package and arguments.

    Parameters
    ----------
    exercise : str
        Its name.
    secret, course_seed : str, optional
        As for `grade`. Whoever has the zip can read them.

    Raises
    ------
    UnknownExerciseError
        No exercise has this name.
    """
    settings = {"exercise": find_exercise(exercise).name, "secret": secret, "course_seed": course_seed}
    lines = "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for script in ("setup.sh", "run_autograder"):
            _add(archive, script, (_SCRIPTS / script).read_bytes(), mode=0o755)
        _add(archive, "settings.sh", lines.encode(), mode=0o600)
        for name, path in _files():
            _add(archive, f"memslot_lab/{name}", path.read_bytes(), mode=0o644)
    return content.getvalue()


def _files() -> Iterator[tuple[str, Path]]:
    for path in sorted(_PACKAGE.rglob("*")):
        parts = path.relative_to(_PACKAGE).parts
        left_out = parts[0] == "_course" or any(part.startswith((".", "__pycache__")) for part in parts)
        if path.is_file() and not left_out:
            yield "/".join(parts), path
    for name in _COURSE:
        yield f"_course/{name}", course_files() / name


def _add(archive: ZipFile, name: str, content: bytes, *, mode: int) -> None:
    info = ZipInfo(name)  # without a date, so that the same content gives the same bytes
    info.external_attr = (0o100000 | mode) << 16
    info.compress_type = ZIP_DEFLATED
    archive.writestr(info, content)
