"""Scenarios of region requests, with what a real kernel answered to each step."""

import json
import re
from pathlib import Path
from typing import NamedTuple

from memslot_lab.engine.region import UserspaceMemoryRegion, UserspaceMemoryRegion2

__all__ = ["HOST", "RECORDED_ON", "Scenario", "Step", "parse_request", "read_scenarios"]

HOST = 1 << 44  # stands for H where no memory is reserved; low enough for a region of 2**31 pages
RECORDED_ON = "Linux 6.18.44 on x86-64"

_SCENARIOS = Path(__file__).with_name("live_scenarios.jsonl")
_REGION2 = " (REGION2)"


class Step(NamedTuple):
    """A request as text, ``slot=0x0 flags=0x0 gpa=0x0 size=0x200000 hva=H+0x0``, and the kernel's answer."""

    request: str
    answer: str


class Scenario(NamedTuple):
    """Requests made of a new VM, one after the other.

    Parameters
    ----------
    number : int
        From 1.
    name : str
        What it is about.
    steps : tuple[Step, ...]
        The requests, with "0" or the name of the recorded errno.
    """

    number: int
    name: str
    steps: tuple[Step, ...]


def read_scenarios() -> list[Scenario]:
    """Return the scenarios that the laboratory comes with, recorded on the kernel that `RECORDED_ON` names."""
    lines = map(json.loads, _SCENARIOS.read_text(encoding="utf-8").splitlines())
    return [Scenario(one["number"], one["scenario"], tuple(Step(*step) for step in one["steps"])) for one in lines]


def parse_request(text: str, *, host: int = HOST, descriptors: dict[str, int] | None = None) -> UserspaceMemoryRegion:
    """Return the request that a step's text tells.

    Parameters
    ----------
    text : str
        ``slot= flags= gpa= size= hva=``, hexadecimal; "(REGION2)" behind it marks the later form.
    host : int
        Takes the place of H.
    descriptors : dict[str, int], optional
        The numbers of descriptors that have names.
    """
    said = dict(word.split("=") for word in text.removesuffix(_REGION2).split())
    hva = sum(host if word == "H" else int(word, 16) for word in said.pop("hva").split("+"))
    memfd = said.pop("memfd", "0")
    slot, flags, gpa, size = (int(said.pop(key), 16) for key in ("slot", "flags", "gpa", "size"))
    if not text.endswith(_REGION2):
        return UserspaceMemoryRegion(slot, flags, gpa, size, hva)
    fd = int(memfd) if re.fullmatch(r"\d+", memfd) else (descriptors or {})[memfd]
    return UserspaceMemoryRegion2(slot, flags, gpa, size, hva, fd, int(said.pop("offset", "0"), 16))
