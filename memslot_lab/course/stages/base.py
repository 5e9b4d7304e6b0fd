"""The plainest stage: values in, a value out. The others add a subject that the calls work on."""

from typing import Any, NamedTuple, TypeAlias, cast

from memslot_lab.engine.model import MemorySlot, Memslots

__all__ = ["Args", "Setting", "Stage", "twin"]

Args: TypeAlias = tuple[object, ...]


class Stage:
    """Calls without a subject; made anew for each case."""

    @property
    def array(self) -> Memslots | None:
        """What can be watched while a call runs, None where there is no array."""
        return None

    def arguments(self, args: Args) -> Args:
        """Return what a call is given, copies of its own."""
        return tuple(map(twin, args))

    def take(self, value: object) -> object:
        """Return of a returned value what can be looked at later; runs within the call's budget of steps."""
        return value

    def read(self) -> object:
        """Return what the subject holds now as plain data; never raises."""
        return None


class Setting(NamedTuple):
    """How to set up a stage.

    Parameters
    ----------
    kind : type[Stage]
        Which one.
    values : tuple[object, ...]
        What it is made of: numbers, strings, slots, and tuples of them.
    """

    kind: type[Stage]
    values: tuple[object, ...] = ()

    def set_up(self) -> Stage:
        """Return the stage before the first call, a new one each time."""
        return self.kind(*self.values)


def twin(value: object) -> Any:
    """Return a slot equal to `value`, also within a list; anything else as it is.

    A function may force its way into a frozen slot, and change a list that it is handed.
    """
    if isinstance(value, MemorySlot):
        return MemorySlot(value.id, value.base_gfn, value.npages, value.flags, value.userspace_addr)
    return [twin(item) for item in cast("list[object]", value)] if isinstance(value, list) else value
