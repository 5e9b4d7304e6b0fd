"""A VM of this machine's kernel: what it says, what it gives back, and what happens where there is no KVM."""

import json
import subprocess
import sys
from errno import EEXIST
from pathlib import Path

import pytest

from memslot_lab.captures import live
from memslot_lab.captures.live import KernelRefusedError, LiveKernelError, LiveVm
from memslot_lab.captures.scenarios import RECORDED_ON, read_scenarios
from memslot_lab.captures.verdicts import ask_this_kernel, kernel_answers, recorded_answers, whose_answers
from memslot_lab.cli import main
from memslot_lab.engine import Change, MemslotError, UserspaceMemoryRegion
from memslot_lab.views.verdicts import show_steps, verdicts_text

MIB = 1 << 20


@pytest.fixture
def vm() -> LiveVm:
    """Return a VM of this kernel, or skip with a reason."""
    try:
        return LiveVm()
    except LiveKernelError as error:
        pytest.skip(str(error))


@pytest.fixture
def no_kvm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Take this machine's KVM away; return the path that is looked at in its place."""
    device = str(tmp_path / "kvm")
    defaults = (device,)
    monkeypatch.setattr(LiveVm.__init__, "__defaults__", defaults)
    return device


def test_live_vm_tells_what_each_request_did(vm: LiveVm) -> None:
    """Create, nothing, flags, move and delete, told from the answers before; the interface is that of Vm."""
    with vm:
        steps = [(0, 2 * MIB), (0, 2 * MIB), (1, 2 * MIB), (1, 8 * MIB)]
        changes = [
            vm.set_user_memory_region(UserspaceMemoryRegion(0, flags, gpa, MIB, vm.host)) for flags, gpa in steps
        ]
        changes.append(vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, 0, vm.host)))

    assert changes == [Change.CREATE, None, Change.FLAGS_ONLY, Change.MOVE, Change.DELETE]


def test_live_vm_refusal_has_the_kernels_errno_and_changes_nothing(vm: LiveVm) -> None:
    """A MemslotError, as from Vm; the next request counts from what was accepted."""
    with vm:
        vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, MIB, vm.host))
        with pytest.raises(MemslotError, match=r"^\[EEXIST\] slot 0x1 \(gpa 0x0, size 0x100000\)") as refused:
            vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, 0, MIB, vm.host))
        after = vm.set_user_memory_region(UserspaceMemoryRegion(1, 0, MIB, MIB, vm.host))

    assert type(refused.value) is KernelRefusedError
    assert refused.value.errno == EEXIST
    assert after is Change.CREATE


def test_live_vm_gives_its_descriptors_and_addresses_back(vm: LiveVm) -> None:
    """After close() nothing is left of it, and a second close() does nothing."""
    reserved = f"{vm.host >> 12:x}"
    if vm.capabilities.guest_memfd:
        vm.create_guest_memfd(MIB)
    before = len(list(Path("/proc/self/fd").iterdir()))
    vm.close()
    vm.close()

    assert len(list(Path("/proc/self/fd").iterdir())) == before - 1 - vm.capabilities.guest_memfd
    assert reserved not in Path("/proc/self/maps").read_text()
    with pytest.raises(LiveKernelError, match="closed"):
        vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, MIB, 0))


def test_live_vm_touches_none_of_its_memory(vm: LiveVm) -> None:
    """A gigabyte of guest memory costs no page of this process."""
    with vm:
        vm.set_user_memory_region(UserspaceMemoryRegion(0, 0, 0, 1024 * MIB, vm.host))
        (mapping,) = (
            block
            for block in Path("/proc/self/smaps").read_text().split("VmFlags:")
            if any(f"{start:x}-" in block for start in range(vm.host - 2 * MIB, vm.host + 1, 4096))
        )

    assert "Rss:                   0 kB" in mapping


def test_live_vm_without_kvm_says_what_to_do(tmp_path: Path) -> None:
    """Subject, value, rule, next step."""
    with pytest.raises(LiveKernelError, match=r"/kvm cannot be opened \(No such file or directory\).*modprobe"):
        LiveVm(tmp_path / "kvm")


def test_live_vm_on_something_else_says_so() -> None:
    """Not every file that can be opened is KVM."""
    with pytest.raises(LiveKernelError, match="/dev/null makes no virtual machine"):
        LiveVm("/dev/null")


def test_live_vm_on_another_system_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elsewhere there is no KVM to open."""
    monkeypatch.setattr(live.platform, "system", lambda: "Windows")

    with pytest.raises(LiveKernelError, match="KVM is a part of Linux, this is Windows"):
        LiveVm()


def test_modules_are_imported_without_fcntl() -> None:
    """Windows has none; logs are replayed there all the same."""
    code = "import sys; sys.modules['fcntl'] = None; import memslot_lab.captures.verdicts"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_recorded_answers_are_the_models() -> None:
    """208 steps, no difference; they are marked as recorded, with the reason."""
    answers = recorded_answers("there is no KVM here")

    assert not answers.live
    assert (answers.kernel, len(answers.verdicts), answers.differences) == (RECORDED_ON, 208, [])


def test_verdicts_text_of_a_difference_names_it() -> None:
    """A request on which the two do not agree stands out, and again below the table."""
    answers = recorded_answers("no KVM")
    wrong = answers.verdicts[3]._replace(kernel="EPERM")
    text = verdicts_text(answers._replace(verdicts=(*answers.verdicts[:3], wrong), why_recorded=""))

    assert "NO" in text
    assert text.endswith(f"2. {wrong.scenario.name}: {wrong.request}: model 0, kernel EPERM")


def test_command_asks_this_kernel_and_agrees(vm: LiveVm, capsys: pytest.CaptureFixture[str]) -> None:
    """The table, one line a request, and status 0."""
    vm.close()
    if ask_this_kernel().differences:
        pytest.skip("this kernel's rules are not those of the model")

    assert main(["live"]) == 0

    out = capsys.readouterr().out
    assert "asked now through /dev/kvm" in out
    assert "208 requests in 105 scenarios: the model and this kernel agree on all of them" in out
    assert all(f"{one.number}. {one.name}" in out for one in read_scenarios())


def test_command_json_holds_the_same(vm: LiveVm, capsys: pytest.CaptureFixture[str]) -> None:
    """One object, for programs."""
    vm.close()
    status = main(["live", "--json"])

    data = json.loads(capsys.readouterr().out)
    assert data["live"]
    assert data["requests"] == len(data["verdicts"]) == 208
    assert status == int(data["differences"] > 0)
    assert {"number", "scenario", "request", "model", "kernel", "agree"} == data["verdicts"][0].keys()


def test_command_that_finds_a_difference_answers_no(
    vm: LiveVm, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 1, and the request is named."""
    vm.close()
    monkeypatch.setattr(
        "memslot_lab.engine.region.KVM_MEM_LOG_DIRTY_PAGES", 0
    )  # a model that does not know the dirty log

    assert main(["live"]) == 1

    assert "on which the model and this kernel differ:" in capsys.readouterr().out


def test_command_without_kvm_shows_the_recorded_answers_as_such(
    no_kvm: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Status 2: nobody should take them for this kernel's."""
    assert main(["live"]) == 2

    got = capsys.readouterr()
    assert f"{no_kvm} cannot be opened" in got.err
    assert got.out.startswith(f"NOT LIVE: {no_kvm} cannot be opened")
    assert f"recorded: what {RECORDED_ON} answered" in got.out
    assert "recorded  agree" in got.out
    assert "the model and the recorded kernel agree on all of them" in got.out


def test_command_json_without_kvm_says_why(no_kvm: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same for programs."""
    assert main(["live", "--json"]) == 2

    data = json.loads(capsys.readouterr().out)
    assert (data["live"], data["kernel"], data["differences"]) == (False, RECORDED_ON, 0)
    assert no_kvm in data["why_recorded"]


def test_kernel_answers_without_kvm_are_the_recorded_ones(no_kvm: str) -> None:
    """A lesson shows the same either way, and says which."""
    scenario = read_scenarios()[14]

    assert kernel_answers(scenario) == [step.answer for step in scenario.steps]
    assert whose_answers().startswith(f"recorded: {RECORDED_ON} answered so. {no_kvm}")


def test_show_steps_without_answers_does_not_tell_the_name() -> None:
    """Many names tell the answer."""
    scenario = read_scenarios()[94]

    assert scenario.name not in show_steps(scenario).text + show_steps(scenario).html
    assert scenario.name in show_steps(scenario, ["0", "0", "EINVAL"]).text
