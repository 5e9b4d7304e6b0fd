"""A worker's life: limits, the reasons that it gives, and that it leaves nothing behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from memslot_lab.cli import main
from memslot_lab.grading.sandbox import ChildStopped, Limits, SandboxError, Tier, Worker, tiers, wire, worker
from memslot_lab.grading.sandbox.tiers import try_tier

APP = """
import time
kept = []

def answer(request):
    match request:
        case ["keep", value]:
            kept.append(value)
            return list(kept)
        case ["run", code]:
            space = {}
            exec(code, space)
            return space.get("result")
        case _:
            return request
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the tiers need Linux")


@pytest.fixture(params=list(Tier), ids=lambda tier: tier.value)
def tier(request: pytest.FixtureRequest) -> Tier:
    """Give each tier that works here."""
    trial = try_tier(request.param)
    if not trial.works:
        pytest.skip(f"no {request.param.value} tier here: {trial.words}")
    return request.param


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Give a lent tree with a small app."""
    (tmp_path / "lent_app.py").write_text(APP)
    return tmp_path


def processes(pid: int) -> list[int]:
    """Return the processes below one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid for child in children for pid in (int(child), *processes(int(child)))]


def stopped(room: Worker, code: str, *, seconds: float = 20) -> tuple[str, str]:
    """Run code that ends its child; return the kind and the words."""
    with room.open() as child, pytest.raises(ChildStopped) as raised:
        child.ask(["run", code], seconds=seconds)
    return raised.value.kind, raised.value.words


def test_child_keeps_its_state_and_the_next_one_has_none(tree: Path, tier: Tier) -> None:
    """One submission, one child."""
    with Worker(tree, "lent_app", tier=tier) as room:
        for _ in range(2):
            with room.open() as child:
                assert child.ask(["keep", 1]) == [1]
                assert child.ask(["keep", {"a": [None, 2.5]}]) == [1, {"a": [None, 2.5]}]


def test_child_may_answer_in_json_that_is_read_as_strictly(tree: Path, tier: Tier) -> None:
    """Bytes go as they are, within the limit of a frame; what they hold is looked at here."""
    request = wire.to_json(["run", "result = b'[1, true]'"], most=99)
    with Worker(tree, "lent_app", tier=tier, limits=Limits(frame_bytes=4096)) as room:
        with room.open() as child:
            assert child.ask_json(request, seconds=20) == b"[1, true]"
            assert child.ask(["run", "result = b'[1, true]'"], seconds=20) == [1, True]
        garbled = [stopped(room, f"result = {text!r}")[0] for text in (b"[NaN]", b"1,2", b'1,"id":2', b"", b"[" * 99)]
        assert garbled == ["garbled"] * 5
        assert stopped(room, "result = b'1' * 9999") == ("too-large", "the answer is too large: more than 4 KiB")


def test_child_that_takes_too_long_is_stopped_and_stays_so(tree: Path, tier: Tier) -> None:
    """The reason is said with the limit, and said again to whoever asks again."""
    with Worker(tree, "lent_app", tier=tier, limits=Limits(ask_seconds=0.2)) as room, room.open() as child:
        for _ in range(2):
            with pytest.raises(ChildStopped) as raised:
                child.ask(["run", "while True: pass"])
            assert (raised.value.kind, raised.value.words) == ("time", "stopped after 0.2 s")


def test_child_whose_requests_add_up_is_stopped(tree: Path, tier: Tier) -> None:
    """Each is quick enough, all together are not."""
    code = "import time; time.sleep(0.1)"
    with Worker(tree, "lent_app", tier=tier, limits=Limits(submission_seconds=0.5)) as room, room.open() as child:
        child.ask(["run", code], seconds=10)
        with pytest.raises(ChildStopped) as raised:
            [child.ask(["run", code], seconds=10) for _ in range(100)]

    assert (raised.value.kind, raised.value.words) == (
        "time",
        "stopped: all requests together took more than 0.5 s",
    )


def test_child_that_uses_too_much_is_stopped_with_the_limit_in_words(tree: Path, tier: Tier) -> None:
    """CPU time, memory, an answer, and an end of its own."""
    limits = Limits(cpu_seconds=1, memory_bytes=64 << 20, frame_bytes=4096)
    with Worker(tree, "lent_app", tier=tier, limits=limits) as room:
        assert stopped(room, "while True: pass") == ("cpu", "stopped: it used more than 1 s of CPU time")
        assert stopped(room, "bytearray(65 << 20)") == ("memory", "stopped: it used more than 64 MiB of memory")
        assert stopped(room, "result = 'x' * 9999") == ("too-large", "the answer is too large: more than 4 KiB")
        assert stopped(room, "import os; os._exit(3)") == ("ended", "the program ended itself with exit status 3")
        assert stopped(room, "import ctypes; ctypes.string_at(0)") == ("killed", "the program crashed (SIGSEGV)")
        with room.open() as child:
            assert child.ask(["run", "result = len(bytearray(40 << 20))"], seconds=20) == 40 << 20


def test_child_output_is_kept_for_the_teacher_up_to_the_limit(tree: Path, tier: Tier) -> None:
    """What it printed can be read while it lives and afterwards."""
    with Worker(tree, "lent_app", tier=tier, limits=Limits(output_bytes=5000)) as room, room.open() as child:
        child.ask(["run", "import os; os.write(1, b'so far \\xff')"])
        assert child.printed == "so far \\xff"
        child.ask(["run", "import os\ntry:\n    while True: os.write(2, b'x' * 1000)\nexcept OSError: pass"])
        child.close()
        assert len(child.printed.replace("\\xff", "?")) == 5000


def test_worker_with_a_child_opens_no_second_one(tree: Path, tier: Tier) -> None:
    """One at a time."""
    with Worker(tree, "lent_app", tier=tier) as room, room.open() as child:
        with pytest.raises(SandboxError, match="close it first"):
            room.open()
        assert child.ask(1) == 1


@pytest.mark.parametrize("text", ["1 / 0", "import memslot_lab", "raise SystemExit", "answer"])
def test_worker_whose_app_cannot_be_imported_says_so(tmp_path: Path, tier: Tier, text: str) -> None:
    """The reason is the import's own."""
    (tmp_path / "broken_app.py").write_text(text)

    with pytest.raises(SandboxError, match="does not start"):
        Worker(tmp_path, "broken_app", tier=tier)


def test_worker_that_is_gone_is_an_error_and_no_mark(tree: Path, tier: Tier) -> None:
    """Killed from outside: the sandbox says that it is broken, not the submission."""
    with Worker(tree, "lent_app", tier=tier) as room:
        for pid in (*processes(room._process.pid), room._process.pid):
            os.kill(pid, signal.SIGKILL)
        with pytest.raises(SandboxError, match="start another one"):
            room.open()


def test_worker_leaves_no_process_descriptor_or_file(tree: Path, tier: Tier) -> None:
    """Two hundred children, one in four of them hostile; counted before and after."""

    def count() -> tuple[int, int, int]:
        descriptors = len(list(Path("/proc/self/fd").iterdir()))
        return len(processes(os.getpid())), descriptors, len(list(Path(tempfile.gettempdir()).glob("hostile-*")))

    before = count()
    with Worker(tree, "lent_app", tier=tier) as room:
        sizes, held = list[int](), count()
        for i in range(200):
            with room.open() as child:
                if i % 4 == 0 and tier.is_boundary:
                    with pytest.raises(ChildStopped):
                        child.ask(["run", "open('/tmp/hostile-x', 'w')\nimport os; os._exit(0)" if i % 8 else "1 / 0"])
                else:
                    assert child.ask(i, seconds=10) == i
            workers = (room._process.pid, *processes(room._process.pid))
            sizes.append(sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in workers))
        assert count() == held
    assert count() == before
    assert sizes[-1] <= sizes[20] * 1.05


def test_child_has_no_capability_and_no_way_to_new_ones(tree: Path, tier: Tier) -> None:
    """As the kernel tells it, from outside: each wall stands by itself."""
    if not tier.is_boundary:
        pytest.skip("a plain process keeps what its judge has")
    with Worker(tree, "lent_app", tier=tier) as room, room.open() as child:
        child.ask(1, seconds=10)
        text = Path(f"/proc/{processes(room._process.pid)[-1]}/status").read_text()
    status = dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)

    assert {name: int(status[name], 16) for name in ("CapEff", "CapPrm", "CapInh", "CapAmb")} == dict.fromkeys(
        ("CapEff", "CapPrm", "CapInh", "CapAmb"), 0
    )
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")


def test_worker_dies_with_its_judge(tree: Path, tier: Tier) -> None:
    """The judge is killed while a child runs for ever: nothing of it remains."""
    code = (
        "import sys; from pathlib import Path; from memslot_lab.grading.sandbox import *\n"
        f"w = Worker(Path({str(tree)!r}), 'lent_app', tier=Tier({tier.value!r})); c = w.open()\n"
        "print(w._process.pid, flush=True); c.ask(['run', 'while True: pass'], seconds=60)"
    )
    judge = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert judge.stdout
    first = int(judge.stdout.readline())
    time.sleep(0.2)
    below = [first, *processes(first)]
    judge.kill()
    judge.wait()
    judge.stdout.close()

    def alive(pid: int) -> bool:
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
        except OSError:
            return False

    until = time.monotonic() + 10
    while any(map(alive, below)) and time.monotonic() < until:
        time.sleep(0.02)
    assert [pid for pid in below if alive(pid)] == []


@pytest.fixture
def nothing_works(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no zygote get any further than its start."""
    tiers.best_tier.cache_clear()
    monkeypatch.setattr(worker, "_ENVIRONMENT", {"PYTHONHASHSEED": "none"})
    yield
    tiers.best_tier.cache_clear()


@pytest.mark.usefixtures("nothing_works")
def test_best_tier_where_none_works_is_no_boundary(capsys: pytest.CaptureFixture[str]) -> None:
    """Fail closed: doctor answers no, with the reasons."""
    assert not tiers.best_tier().is_boundary
    assert main(["doctor"]) == 1

    printed = capsys.readouterr().out
    assert printed.count("has ended") == 3
    assert "WSL2" in printed


def test_tier_that_lets_something_through_does_not_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The self-test: a plain process that calls itself a boundary is found out."""
    monkeypatch.setattr(Tier, "is_boundary", property(lambda _: True))

    assert not try_tier(Tier.PROCESS).works


ONE_WAY_OUT = [(fail, name) for fail in (tiers._MUST_FAIL, tiers._MUST_FAIL_STILL) for name in fail]


@pytest.mark.parametrize(("fail", "name"), ONE_WAY_OUT, ids=[name for _, name in ONE_WAY_OUT])
def test_tier_with_one_way_out_does_not_work(fail: dict[str, tuple[str, ...]], name: str) -> None:
    """One attempt that succeeds, or fails for another reason than it should, is enough."""
    work = tiers._MUST_WORK
    fine = dict.fromkeys(work, "done") | {name: good[0] for name, good in fail.items()}

    assert tiers._judge(Tier.LANDLOCK, fine, (), work, fail).works
    for outcome in ("done", "ZeroDivisionError"):
        trial = tiers._judge(Tier.LANDLOCK, fine | {name: outcome}, (), work, fail)
        assert (trial.works, trial.words) == (False, f"does not stop: {name} ({outcome})")


def test_tier_on_another_system_needs_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said, not tried."""
    monkeypatch.setattr(sys, "platform", "darwin")

    assert "needs Linux" in try_tier(Tier.LANDLOCK).words


def test_doctor_json_names_the_tier(capsys: pytest.CaptureFixture[str]) -> None:
    """For programs: one object, and the status says whether it is safe."""
    status = main(["doctor", "--json"])

    assert f'"is_security_boundary": {"false" if status else "true"}' in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [{"ask_seconds": 0}, {"memory_bytes": -1}, {"cpu_seconds": 1.5}, {"open_files": 0}, {"load_seconds": float("nan")}],
)
def test_limits_that_nothing_could_keep_are_refused(wrong: dict[str, float]) -> None:
    """Where the judge is set up, not where a child starts."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Limits(**wrong)  # type: ignore[arg-type]
