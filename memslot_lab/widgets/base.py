"""What all widgets share: a front end of static files, strict keywords, and a picture where no widget runs."""

from difflib import get_close_matches
from typing import Any, ClassVar, cast

from anywidget import AnyWidget

from memslot_lab.views.array import Picture
from memslot_lab.watch.page import front_end, front_end_css

__all__ = ["LabWidget"]


class LabWidget(AnyWidget):
    """A widget with its front end in static files, which also shows as text and as an HTML table.

    A class below sets `scripts` and `styles` and writes `picture()`.

    Raises
    ------
    TypeError
        A keyword that is no trait; the nearest name is in the message.
    """

    scripts: ClassVar[tuple[str, ...]] = ()
    styles: ClassVar[tuple[str, ...]] = ()

    def __init__(self, **traits: Any) -> None:
        for name in traits:
            if not self.has_trait(name) or self.traits()[name].read_only:
                raise TypeError(self._no_keyword(name))
        super().__init__(**traits)

    @property
    def _esm(self) -> str:
        return front_end(*self.scripts)

    @property
    def _css(self) -> str:
        return front_end_css(*self.styles)

    def picture(self) -> Picture:
        """Return what is shown now, for where no widget runs."""
        raise NotImplementedError

    def _no_keyword(self, name: str) -> str:
        own = [known for known in self.trait_names() if not known.startswith("_")]
        near = get_close_matches(name, own, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"help({type(self).__name__}) lists them"
        return f"{type(self).__name__}() has no keyword {name!r}; {hint}"

    def _repr_mimebundle_(self, **options: Any) -> "tuple[dict[str, Any], dict[str, Any]] | None":
        bundle = cast("tuple[dict[str, Any], dict[str, Any]] | None", super()._repr_mimebundle_(**options))  # pyright: ignore[reportUnknownMemberType]
        if bundle is None:
            return None
        picture = self.picture()
        return bundle[0] | {"text/plain": picture.text, "text/html": picture.html}, bundle[1]
