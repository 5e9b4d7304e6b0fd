"""A laboratory for KVM's sorted memslot array, kernels 5.7 to 5.16.

`memslot_lab.engine` is imported at its first use: dataclasses alone would triple the time of ``import memslot_lab``.
"""

TYPE_CHECKING = False  # importing typing for it would cost more than all the rest
if TYPE_CHECKING:
    from types import ModuleType

    from memslot_lab import engine

__all__ = ["engine"]
__version__ = "0.1.0"


def __getattr__(name: str) -> "ModuleType":
    if name != "engine":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module("memslot_lab.engine")
