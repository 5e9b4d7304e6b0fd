"""What all pages of a grading run have in common: the frame around them, and how a stranger's text is shown.

A page is one file that asks no network. Whatever comes from a submission is shown as text: it goes through `shown()`,
and should a tag slip through all the same, the page's own policy lets no script run but those whose hash it names.
"""

import json
import re
import zlib
from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from memslot_lab.grading.pages.names import GENERATOR
from memslot_lab.watch.page import front_end, front_end_css

__all__ = ["inline", "points_text", "shell", "shown", "static", "with_runs"]

# Signs that would turn the text around them about, or that no page can show.
_ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_LOADER = """\
(async () => {
  const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  const { script, css, runs } = JSON.parse(await new Response(stream).text());
  window.memslotLab = runs;
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  document.body.append(Object.assign(document.createElement("script"), { type: "module", textContent: script }));
})().catch(() => {
  for (const place of document.querySelectorAll(".stepper p")) place.textContent = "A newer browser can play this.";
});
"""


def shown(text: str, *, most: int = 4000) -> str:
    """Return a stranger's text as HTML, at most so many characters of it; odd signs are spelt out."""
    spelt = _ODD.sub(lambda sign: ascii(sign[0])[1:-1], text[:most])
    return escape(spelt + ("..." if len(text) > most else ""))


def inline(text: str) -> str:
    """Return text as HTML, with what stands in backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", shown(text))


def points_text(points: float, most: float) -> str:
    """Return points in words, "1 of 2 points"."""
    return f"{points:g} of {most:g} {'point' if most == 1 else 'points'}"


def shell(title: str, body: str, *, scripts: Iterable[str] = ()) -> str:
    """Return a page.

    Parameters
    ----------
    title : str
        Any text.
    body : str
        HTML.
    scripts : Iterable[str], optional
        All that may run on the page; put where they are wanted by the body itself.
    """
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    return _PAGE.substitute(
        title=shown(title), body=body, scripts=hashes or "'none'", css=static("pages.css"), generator=GENERATOR
    )


def with_runs(title: str, body: str, runs: dict[str, Any]) -> str:
    """Return a page with a stepper in each place of the body that has runs; ids of places to what a stepper is given.

    Front end and runs are deflated; browsers since 2023 read it.
    """
    if not runs:
        return shell(title, body)
    script = front_end("feedback.js")
    values = {"script": script, "css": front_end_css("stepper.css"), "runs": runs}
    data = json.dumps(values, separators=(",", ":")).encode()
    packed = b64encode(zlib.compress(data)).decode()  # holds nothing that could end a script element early
    parts = [
        body,
        f'<script type="application/octet-stream" id="data">{packed}</script>',
        f"<script>{_LOADER}</script>",
    ]
    return shell(title, "\n".join(parts), scripts=(script, _LOADER))


@cache
def static(name: str) -> str:
    """Return a file that stands beside the pages."""
    return (files("memslot_lab.grading.pages") / "static" / name).read_text(encoding="utf-8")


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()


_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
$generator
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src $scripts; \
style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>$title</title>
<style>
$css
</style>
</head>
<body>
$body
</body>
</html>
""")
