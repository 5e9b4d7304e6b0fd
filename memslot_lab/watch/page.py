"""The widgets' front end as one script, and a tape as one page that plays in any browser, without a network.

The front end is plain ES modules in memslot_lab/widgets/static; there is no build step. Here they are only read and
put one behind the other: the same script runs in JupyterLab, where anywidget hands it a model, and in a page.
"""

import json
import re
import zlib
from base64 import b64encode
from functools import cache
from html import escape
from importlib.resources import files
from itertools import zip_longest
from string import Template
from typing import Any, cast

__all__ = ["front_end", "front_end_css", "packed", "page"]

# Every module says what it needs in lines of this form, and exports by the keyword alone, a default in one line.
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:default .*;\n|(?=(?:async function|function|class|const|let) ))", re.MULTILINE)
# Subtle: holds since no string and no template of ours goes over the end of a line.
_COMMENT = re.compile(r"^\s*(?://.*|/\*\*?[\s\S]*?\*/)$", re.MULTILINE)
_INDENT = re.compile(r"^\s+", re.MULTILINE)


@cache
def front_end(*names: str) -> str:
    """Return static modules and what they import as one module, with the exports of the last one.

    Comments and indentation are left out, since every saved widget carries a copy.

    Parameters
    ----------
    *names : str
        File names in memslot_lab/widgets/static, such as ``stepper.js``.
    """
    ordered: dict[str, str] = {}
    for name in names:
        _collect(name, ordered)
    *lower, top = ordered.values()
    script = "\n".join([*(_EXPORT.sub("", text) for text in lower), top])
    return _INDENT.sub("", _COMMENT.sub("", script))


@cache
def front_end_css(*names: str) -> str:
    """Return static style sheets as one, without comments and indentation."""
    return _INDENT.sub("", _COMMENT.sub("", "\n".join(map(_static, names))))


def _collect(name: str, ordered: dict[str, str]) -> None:
    """Add a module behind those that it imports."""
    if name in ordered:
        return
    text = _static(name)
    for needed in _IMPORT.findall(text):
        _collect(needed, ordered)
    ordered[name] = _IMPORT.sub("", text)


def _static(name: str) -> str:
    return (files("memslot_lab") / "widgets" / "static" / name).read_text(encoding="utf-8")


def page(
    tape_json: dict[str, Any],
    *,
    other: dict[str, Any] | None = None,
    comparison: dict[str, Any] | None = None,
    title: str = "a tape of memslot_lab",
    step: int = 0,
) -> str:
    """Return a page with a stepper in it, self-contained: it asks no network and opens from a file.

    ``#step=12`` in its address opens it at a step. Front end and data are deflated; browsers since 2023 read it.

    Parameters
    ----------
    tape_json : dict[str, Any]
        What `to_json()` of a tape gave.
    other, comparison : dict[str, Any], optional
        A second tape to step beside it, and how the two lie beside each other: `to_json()` of a `Difference`.
    title : str, optional
        Of the page.
    step : int, optional
        Where it opens, if its address does not say.
    """
    script = front_end("page.js")
    values = {"tape": packed(tape_json), "other": other and packed(other), "comparison": comparison, "step": step}
    data = json.dumps({"script": script, "values": values}, separators=(",", ":")).encode()
    return _PAGE.substitute(
        title=escape(title),
        css=front_end_css("stepper.css", "page.css"),
        data=b64encode(zlib.compress(data, 9)).decode(),
    )


def packed(tape: dict[str, Any]) -> dict[str, Any]:
    """Return the data of a tape whose frames deflate well: numbers as differences to the last frame on the same line.

    509 slots: 3,600 frames in 3 kB instead of 40 kB, as Base64. The inverse is in static/pack.js.
    """
    frames = tape.get("frames")
    if not isinstance(frames, list) or not all(isinstance(frame, dict) for frame in cast("list[object]", frames)):
        return tape  # no tape; the page will say so
    line, last, less = 0, dict[int, dict[str, Any]](), list[dict[str, Any]]()
    for frame in cast("list[dict[str, Any]]", frames):
        line = frame.get("n", line)
        past = last.get(line, {})
        less.append({key: value if key == "n" else _less(value, past.get(key)) for key, value in frame.items()})
        last[line] = frame
    return {**{key: value for key, value in tape.items() if key != "frames"}, "packed": less}


def _less(value: Any, past: Any) -> Any:
    """Return what is to be added to the numbers of `past`; anything else stays as it is."""
    if isinstance(value, dict):
        own, other = cast("tuple[dict[str, Any], dict[str, Any]]", (value, past if isinstance(past, dict) else {}))
        return {key: _less(each, other.get(key)) for key, each in own.items()}
    if isinstance(value, list | tuple):
        others = cast("list[Any]", past if isinstance(past, list | tuple) else [])
        each_other = zip_longest(cast("list[Any]", value), others[: len(cast("list[Any]", value))])
        return [_less(each, other) for each, other in each_other]
    return value - past if isinstance(value, int) and isinstance(past, int) else value


# Base64 holds nothing that could end a script element early.
_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>$title</title>
<style>
$css
</style>
</head>
<body class="lm-page">
<main>
<h1 class="lm-unseen">$title</h1>
<div id="stepper"></div>
</main>
<noscript>This page plays a recording of "$title"; it needs JavaScript.</noscript>
<script type="application/octet-stream" id="data">$data</script>
<script>
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { script, values } = JSON.parse(await new Response(stream).text());
  const node = Object.assign(document.createElement("script"), { type: "module", textContent: script });
  window.memslotLab = values;
  document.body.append(node);
})().catch((error) => {
  const text = `this page cannot be read here ($${error.message}); try a newer browser`;
  document.getElementById("stepper").textContent = text;
});
</script>
</body>
</html>
""")
