"""The second opinion: nbval says of an honest submission what the judge says, and holds a hostile one."""

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import memslot_lab
from memslot_lab.cli import main
from memslot_lab.course.catalog import find_exercise
from memslot_lab.course.variants import is_mirrored, variant_of
from memslot_lab.course.workspace import solution_files
from memslot_lab.grading import nbval as module
from memslot_lab.grading.judge import Judge
from memslot_lab.grading.nbval import Nbval, NbvalVerdict, require_nbval
from memslot_lab.grading.pieces import read_answer
from memslot_lab.grading.sandbox import SandboxError, Tier, TierTrial, try_programs
from memslot_lab.grading.teachers_copy import teachers_copy

ROOT = Path(__file__).parents[2]
DELETE = find_exercise("03_delete")
RIGHT = (ROOT / "tests/right/03_delete/slices.py").read_text(encoding="utf-8")
PASSED = NbvalVerdict("passed")
OF_SOLVED = "not passed: points_delete, solved"

held = pytest.mark.skipif(not try_programs().works, reason=f"no kernel can be held here: {try_programs().words}")


@pytest.fixture(scope="module")
def nbval() -> Iterator[Nbval]:
    """One warm worker."""
    with Nbval() as nbval:
        yield nbval


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    """The judge, for comparison."""
    with Judge() as judge:
        yield judge


def pieces_of(path: Path) -> tuple[tuple[str, str], ...]:
    """Return what a file answers."""
    return read_answer(path.name, path.read_bytes(), exercise_of(path)).pieces


def exercise_of(path: Path) -> module.Exercise:
    """Return the exercise of a notebook, or of a file in its folder."""
    return find_exercise(path.parent.name if path.suffix == ".py" else path.stem)


def of_cell(nbval: Nbval, body: str, *, right: bool = True) -> NbvalVerdict:
    """Return what becomes of an answer cell that does something before it answers, rightly or not at all."""
    return nbval.verdict(DELETE, (("delete", f"{body}\n{RIGHT}" if right else body),))


# The agreement.

HONEST = [
    ("solutions/03_delete.ipynb", True),
    ("solutions/10_publish.ipynb", True),
    ("exercises/01_invariants.ipynb", False),
    ("tests/right/04_create/slices.py", True),
    ("tests/right/09_cost/recursion.py", True),
    ("tests/right/11_eras/hops_by_search.py", True),
    ("tests/wrong/03_delete/never_ends.py", False),
    ("tests/wrong/01_invariants/first_one_only.py", False),
]


@held
@pytest.mark.parametrize(("place", "right"), HONEST)
def test_nbval_and_the_judge_agree_on_an_honest_submission(nbval: Nbval, judge: Judge, place: str, right: bool) -> None:
    """Notebooks and files, right and wrong, of arrays, numbers, trees and publishers."""
    path = ROOT / place
    exercise, pieces = exercise_of(path), pieces_of(path)
    verdict = nbval.verdict(exercise, pieces)
    results = judge.judge(exercise, pieces)

    assert all(result.points == result.max_points for result in results) == right
    assert (verdict.outcome, verdict.disagrees(full_marks=right)) == ("passed" if right else "failed", False)


@held
def test_nbval_judges_a_variant_by_its_own_notebook(nbval: Nbval) -> None:
    """An answer for the lowest GFN first passes where the notebook is turned around."""
    exercise = find_exercise("05_move_backward")
    turned = next(variant for n in range(9) if (variant := variant_of("autumn", f"ada{n}")).mirrored)
    source = (ROOT / "tests/right/05_move_backward/kernel_loop.py").read_text(encoding="utf-8")
    other_way = source.replace("base_gfn > ", "base_gfn @ ").replace("base_gfn < ", "base_gfn > ")
    pieces = (("file", other_way.replace("base_gfn @ ", "base_gfn < ")),)

    assert is_mirrored(exercise, turned)
    assert nbval.verdict(exercise, pieces, turned) == PASSED


def test_teachers_copy_has_nothing_of_a_student_but_the_answers() -> None:
    """Cells of the teacher, in order; outputs where all is right in the locked cells alone."""
    cells = json.loads(teachers_copy(DELETE, (("delete", "ANSWER"),)).text)["cells"]
    stub = json.loads((ROOT / "exercises/03_delete.ipynb").read_text(encoding="utf-8"))["cells"]
    theirs = {cell["id"]: "".join(cell["source"]) for cell in cells}

    assert [*theirs] == [cell["id"] for cell in stub]
    assert {name for name in theirs if theirs[name] != "".join(stub[[*theirs].index(name)]["source"])} == {"delete"}
    assert theirs["delete"] == "ANSWER"
    told = {cell["id"]: cell["outputs"] for cell in cells if cell.get("outputs")}
    assert [*told] == ["points_delete", "solved"]
    assert told["points_delete"][0]["data"]["text/plain"] == ["10"]
    assert "8 of 8 case groups, 10 of 10 points" in told["solved"][0]["text"][0]


def test_teachers_copy_takes_a_file_whole_into_its_first_answer_cell() -> None:
    """Under the name that a file has with the judge, so that what stands under __main__ is left out."""
    exercise = find_exercise("04_create")
    copy = teachers_copy(exercise, (("file", "WHOLE"),))

    assert copy.cells == (
        "code cell 1",
        "code cell 2",
        "insert_back",
        "code cell 4",
        "move_forward",
        "code cell 6",
        "code cell 7",
        "points_insert_back",
        "points_move_forward",
        "solved",
    )
    assert copy.text.count("WHOLE") == 1
    assert "__name__ = 'submission'" in copy.text


# What a hostile submission comes to. Each of these answers rightly after it has tried: a pass means that all failed.

READS = """
from importlib.util import find_spec
from pathlib import Path
for place in @PLACES@:
    assert not Path(place).exists(), place
assert find_spec("memslot_lab.grading") is None
assert "MEMSLOT_LAB_SECRET" not in __import__("os").environ
for name in ("/new", "/lent/new", Path(find_spec("nbval").origin).with_name("new"), "/lent/memslot_lab/__init__.py"):
    try:
        open(name, "a")
    except OSError:
        continue
    raise AssertionError(name)
"""


@held
def test_nbval_shows_a_submission_no_file_of_the_teacher(nbval: Nbval, tmp_path: Path) -> None:
    """No account, no solution, nothing of the grader and of the judge's own; and nothing can be written there."""
    (tmp_path / "marks.csv").write_text("ada,10")
    package = Path(memslot_lab.__file__).parent
    hidden = ["/etc/passwd", "/etc", "/proc", "/bin", solution_files(), package, tmp_path / "marks.csv", tmp_path]
    os.environ["MEMSLOT_LAB_SECRET"] = "known to the judge"

    assert of_cell(nbval, READS.replace("@PLACES@", repr([*map(str, hidden)]))) == PASSED
    assert of_cell(nbval, READS.replace("@PLACES@", repr(["/lent/memslot_lab"]))).outcome == "failed"


CALLS = """
import ctypes, errno, socket
libc = ctypes.CDLL(None, use_errno=True)
for port in (@PORT@, 22):
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED
with socket.socket() as sock:
    assert sock.connect_ex(("192.0.2.1", 80)) == errno.ENETUNREACH
with socket.socket(type=socket.SOCK_DGRAM) as sock:
    try:
        sock.sendto(b"out", ("192.0.2.1", 53))
    except OSError as error:
        assert error.errno == errno.ENETUNREACH
    else:
        raise AssertionError("sent")
for family in (socket.AF_INET6, socket.AF_NETLINK, socket.AF_PACKET, 38):  # the last: AF_ALG
    try:
        socket.socket(family, socket.SOCK_RAW if family != 38 else socket.SOCK_SEQPACKET)
    except OSError:
        continue
    raise AssertionError(family)
# unshare, setns, mount, pivot_root, ptrace, process_vm_readv, keyctl, bpf, io_uring_setup, userfaultfd,
# perf_event_open, memfd_create, shmget, open_by_handle_at, clone3 and clone with a new user namespace
for number in (272, 308, 165, 155, 101, 310, 250, 321, 425, 323, 298, 319, 29, 304, 435):
    assert libc.syscall(number, 0, 0, 0, 0, 0) == -1
    assert ctypes.get_errno() in (errno.EPERM, errno.ENOSYS), number
assert libc.syscall(56, 0x10000000 | 17, 0, 0, 0, 0) == -1
assert ctypes.get_errno() == errno.EPERM
"""


@held
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="the numbers of the calls are those of x86_64")
def test_nbval_lets_a_submission_reach_no_other_machine_and_no_wider_right(nbval: Nbval) -> None:
    """Not even this machine's own loopback; no namespace, mount, debugger, key or program of the kernel's."""
    with socket.create_server(("127.0.0.1", 0)) as outside:
        outside.settimeout(0)

        assert of_cell(nbval, CALLS.replace("@PORT@", str(outside.getsockname()[1]))) == PASSED
        with pytest.raises(BlockingIOError):
            outside.accept()


DAEMON = """
import os, signal, subprocess, sys
for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
    signal.signal(number, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        subprocess.run([sys.executable, "-c", "import time; time.sleep(999)"])
    os._exit(0)
signal.signal(signal.SIGINT, signal.default_int_handler)
os.kill(1, signal.SIGKILL)
"""


def below(pid: int) -> int:
    """Return how many processes there are below one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(1 + below(int(child)) for child in children)


@held
def test_nbval_leaves_no_daemon_behind(nbval: Nbval) -> None:
    """A grandchild in a session of its own dies with the notebook; the first process cannot be killed from within."""
    assert of_cell(nbval, DAEMON) == PASSED
    assert below(nbval._started().pid) == 1  # the one that forks


FORKS = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.1)
"""
THREADS = """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(99,)).start()
"""
FILLS = """
import os, time
for _ in range(8):
    if os.fork() == 0:
        kept = b"x" * (300 << 20)
        time.sleep(99)
time.sleep(99)
"""


@held
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import signal\nsignal.signal(2, signal.SIG_IGN)\nwhile True: pass", "not passed: "),
        (FORKS, "stopped: it "),  # by their number or their memory, whichever is seen first
        (
            THREADS,
            "stopped: it started more than 32 processes and threads" if os.getuid() == 0 else "not passed: ",
        ),
        (FILLS, "stopped: it used more than 512 MiB of memory"),
        ("import os\nos._exit(0)", "not passed: "),
        ("import os\nos.kill(1, 2)\nimport time\ntime.sleep(9)", "not passed: "),
    ],
    ids=["deaf loop", "fork bomb", "threads", "memory", "exit", "interrupts pytest"],
)
def test_nbval_ends_a_submission_that_does_not_end(
    nbval: Nbval, body: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In time and with a word; the next one is run as ever."""
    monkeypatch.setattr(nbval, "_cell_seconds", 1 if words.startswith("not passed") else 9)
    begun = time.monotonic()
    verdict = of_cell(nbval, body)

    assert (verdict.outcome, verdict.words[: len(words)]) == ("failed", words)
    assert "stopped" in verdict.words or "delete, " in verdict.words
    assert time.monotonic() - begun < 25
    assert below(nbval._started().pid) == 1


FORGED = """
class Full:
    points = 10
def check(*_): return Full
def solved(*_): print("03_delete: solved; 8 of 8 case groups, 10 of 10 points")
def delete(slots, slot): pass
"""
BORROWED = """
from memslot_lab.engine import delete as theirs
def delete(slots, slot): theirs(slots, slot)
"""


@held
@pytest.mark.parametrize("body", [FORGED, BORROWED], ids=["forged", "borrowed"])
def test_nbval_can_be_forged_so_that_the_mark_is_the_judges_and_both_disagree(
    nbval: Nbval, judge: Judge, body: str
) -> None:
    """Whoever runs where the checks run can say what they say; and at home the engine's own function is at hand."""
    (result,) = judge.judge(DELETE, (("delete", body),))
    verdict = of_cell(nbval, body, right=False)

    assert (verdict, result.points) == (PASSED, 0)
    assert verdict.disagrees(full_marks=False)


def test_verdict_that_was_not_made_disagrees_with_nothing() -> None:
    """What was not run has no opinion; what failed has one on full marks alone."""
    assert not NbvalVerdict("not run").disagrees(full_marks=True)
    assert NbvalVerdict("failed").disagrees(full_marks=True)
    assert not NbvalVerdict("failed").disagrees(full_marks=False)


@pytest.mark.parametrize(
    "answer",
    [None, {}, [1], [[0]], [[0, 1]], [[True, "passed"]], [[2, "passed"]], [[-1, "passed"]], [[0, "passed"]] * 2],
)
def test_report_that_is_none_fails(answer: object) -> None:
    """Whatever comes out is read strictly, and a cell that is not in it has not passed."""
    assert module._judged(answer, ("one", "two")) == NbvalVerdict("failed", "its report cannot be read")
    assert module._judged([[0, "passed"]], ("one", "two")) == NbvalVerdict("failed", "not passed: two")
    assert module._judged([[1, "passed"], [0, "passed"]], ("one", "two")) == PASSED


def test_machine_that_holds_no_kernel_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is graded, with the way out."""
    monkeypatch.setattr(module, "try_programs", lambda: TierTrial(Tier.NAMESPACES, False, "unshare: refused"))

    with pytest.raises(
        SandboxError, match=r"only the namespaces tier holds, and here: unshare: refused; grade without"
    ):
        require_nbval()


# The command.


def hand_in(folder: Path) -> str:
    """Lay out who solved it, who borrowed it, and who handed in nothing that can be read."""
    for student, name, text in (
        ("ada", "03_delete.ipynb", (ROOT / "solutions/03_delete.ipynb").read_text(encoding="utf-8")),
        ("bob", "03_delete.py", BORROWED),
        ("cyd", "03_delete.ipynb", "{"),
    ):
        (folder / student).mkdir(parents=True)
        (folder / student / name).write_text(text, encoding="utf-8")
    return str(folder)


@held
def test_grade_with_nbval_names_the_marks_to_look_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The mark is the judge's all the same; and a run without nbval is another run."""
    out = tmp_path / "out"
    command = ["grade", hand_in(tmp_path / "all"), "--out", str(out), "--jobs", "1"]

    assert main([*command, "--nbval"]) == 0
    assert "nbval: 1 not run, 2 passed; it disagrees with 1 mark\n  look at bob 03_delete\n" in capsys.readouterr().out
    rows = json.loads((out / "results.json").read_text())["results"]
    assert [(row["student"], row["score"], row["nbval"]["outcome"], row["nbval"]["disagrees"]) for row in rows] == [
        ("ada", 10, "passed", False),
        ("bob", 0, "passed", True),
        ("cyd", 0, "not run", False),
    ]
    assert main([*command, "--resume"]) == 2
    assert "another nbval" in capsys.readouterr().err


def test_grade_with_nbval_where_no_kernel_is_held_grades_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused before the first mark, and not silently left out."""
    monkeypatch.setattr(module, "try_programs", lambda: TierTrial(Tier.NAMESPACES, False, "unshare: refused"))
    monkeypatch.setattr("memslot_lab.grading.sandbox.best_tier", lambda: Tier.LANDLOCK)

    assert main(["grade", hand_in(tmp_path / "all"), "--out", str(tmp_path / "out"), "--nbval"]) == 2
    assert "--nbval runs a Jupyter kernel, which only the namespaces tier holds" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
