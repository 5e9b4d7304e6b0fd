"""The verdicts of the model and of a kernel on every scenario, side by side."""

import platform
from collections.abc import Iterator
from typing import Any, NamedTuple

from memslot_lab.captures.live import LiveKernelError, LiveVm, verdict
from memslot_lab.captures.scenarios import RECORDED_ON, Scenario, parse_request, read_scenarios
from memslot_lab.engine.region import Vm

__all__ = ["Answers", "Verdict", "ask_this_kernel", "kernel_answers", "recorded_answers", "whose_answers"]


class Verdict(NamedTuple):
    """What the model and the kernel say to one step of a scenario: "0" or the errno's name."""

    scenario: Scenario
    request: str
    model: str
    kernel: str

    @property
    def agree(self) -> bool:
        """Whether both say the same."""
        return self.model == self.kernel


class Answers(NamedTuple):
    """The verdicts on all scenarios.

    Parameters
    ----------
    kernel : str
        Whose answers they are.
    why_recorded : str
        Why this machine's kernel was not asked; empty if it was.
    verdicts : tuple[Verdict, ...]
        One a step.
    """

    kernel: str
    why_recorded: str
    verdicts: tuple[Verdict, ...]

    @property
    def live(self) -> bool:
        """Whether this machine's kernel was asked."""
        return not self.why_recorded

    @property
    def differences(self) -> list[Verdict]:
        """Steps on which the two do not agree."""
        return [one for one in self.verdicts if not one.agree]

    def to_json(self) -> dict[str, Any]:
        """Return plain data, as `memslot-lab live --json` prints it."""
        return {
            "kernel": self.kernel,
            "live": self.live,
            "why_recorded": self.why_recorded,
            "requests": len(self.verdicts),
            "differences": len(self.differences),
            "verdicts": [
                {
                    "number": one.scenario.number,
                    "scenario": one.scenario.name,
                    "request": one.request,
                    "model": one.model,
                    "kernel": one.kernel,
                    "agree": one.agree,
                }
                for one in self.verdicts
            ],
        }


def ask_this_kernel() -> Answers:
    """Put every scenario to the model and to this machine's kernel, step by step.

    Raises
    ------
    LiveKernelError
        The kernel cannot be asked.
    """
    with LiveVm() as vm:
        limits = vm.twin()
    verdicts: list[Verdict] = []
    for scenario in read_scenarios():
        model = Vm(limits.user_slots, address_spaces=len(limits.memslots), max_gfn=limits.max_gfn)
        model.user_end = limits.user_end
        with LiveVm() as kernel:
            for text, _ in scenario.steps:
                request = parse_request(text, host=kernel.host)
                verdicts.append(Verdict(scenario, text, verdict(model, request), verdict(kernel, request)))
    return Answers(f"{platform.system()} {platform.release()} on {platform.machine()}", "", tuple(verdicts))


def recorded_answers(why: str) -> Answers:
    """Put every scenario to the model, beside the answers that were recorded; `why` says why not live."""
    verdicts = tuple(
        Verdict(scenario, step.request, said, step.answer)
        for scenario in read_scenarios()
        for step, said in zip(scenario.steps, _said(Vm(), scenario), strict=True)
    )
    return Answers(RECORDED_ON, why, verdicts)


def kernel_answers(scenario: Scenario) -> list[str]:
    """Return this kernel's answer to each step of a scenario; the recorded ones where it cannot be asked."""
    try:
        with LiveVm() as vm:
            return [verdict(vm, parse_request(step.request, host=vm.host)) for step in scenario.steps]
    except LiveKernelError:
        return [step.answer for step in scenario.steps]


def whose_answers() -> str:
    """Say in a sentence whose answers `kernel_answers()` gives on this machine, and why."""
    try:
        with LiveVm():
            return "live: the kernel of this machine answers"
    except LiveKernelError as error:
        return f"recorded: {RECORDED_ON} answered so. {error}"


def _said(vm: Vm, scenario: Scenario) -> Iterator[str]:
    return (verdict(vm, parse_request(text)) for text, _ in scenario.steps)
