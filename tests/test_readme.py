"""The README's figures and example are true."""

import re
from pathlib import Path

import pytest

from .test_house import PACKAGE, code_lines

README = (Path(__file__).parents[1] / "README.md").read_text()


def test_readme_names_the_engines_size() -> None:
    """Both numbers in the first paragraph are the measured ones."""
    sizes = {path.name: code_lines(path) for path in (PACKAGE / "engine").glob("*.py")}

    assert f"algorithm is {sizes['update.py']} lines" in README
    assert f"engine {sum(sizes.values())}." in README


def test_readme_example_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python example ends in the array that it promises."""
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    promised = code.rstrip().splitlines()[-1]

    exec(compile(code, "README.md", "exec"), {})

    assert promised == f"# {capsys.readouterr().out.rstrip()}"


def test_readme_links_lead_somewhere() -> None:
    """Every relative link and picture exists."""
    links = re.findall(r"\]\((?!http)([^)#]+)\)", README)

    assert len(links) > 3
    assert [link for link in links if not (Path(__file__).parents[1] / link).exists()] == []
