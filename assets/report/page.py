"""How a page is put together: templates, style and the words of codes."""

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any

from assets.statistics.display import show, show_p

if TYPE_CHECKING:
    import jinja2

NAMES = {"log_rank": "log-rank", "gehan_wilcoxon": "Gehan–Wilcoxon", "pct": "%", "p_value": "P", "sd": "SD"}
"""Codes whose words are not just the code without underscores."""


def fill(name: str, **content: Any) -> str:
    """A template of this package with its content; text is escaped where the template makes HTML."""
    return _environment().get_template(name).render(**content)


@functools.cache
def _environment() -> "jinja2.Environment":
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(template), undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(disabled_extensions=("md.jinja",), default=True),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"percent": _percent, "p": _p, "words": _words}
    return environment


def template(name: str) -> str:
    """The text of a template or style sheet of this package."""
    return (resources.files("assets") / "report" / "template" / name).read_text(encoding="utf-8")


def _words(code: str) -> str:
    return NAMES.get(code, code.replace("_", " "))


def _percent(value: float | None) -> str:
    return "–" if value is None else show(value, "round", 1)


def _p(value: float | None) -> str:
    return "–" if value is None else show_p(value)
