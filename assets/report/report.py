"""The page itself: content and figures put into one self-contained HTML file."""

from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from assets.report.content import gather
from assets.report.pictures import drawn
from assets.statistics.display import show, show_p
from warehouse.places import Places

NAMES = {"log_rank": "log-rank", "gehan_wilcoxon": "Gehan–Wilcoxon", "pct": "%", "p_value": "P", "sd": "SD"}
"""Codes whose words are not just the code without underscores."""


def write_report(connection: duckdb.DuckDBPyConnection, places: Places) -> Path:
    """Write `index.html` for the release that the connection shows, in one step; return its path."""
    page = places.report / "index.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    part = page.with_suffix(".part")
    part.write_text(render(connection), encoding="utf-8")
    return part.replace(page)


def render(connection: duckdb.DuckDBPyConnection) -> str:
    """The page as text: no request leaves it, and the same release gives the same page."""
    return fill("index.html.jinja", **gather(connection), pictures=drawn(connection), style=_template("style.css"))


def fill(template: str, **content: Any) -> str:
    """A template of this package with its content; text is escaped where the template makes HTML."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template), undefined=jinja2.StrictUndefined,
        autoescape=jinja2.select_autoescape(disabled_extensions=("md.jinja",), default=True),
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters |= {"percent": _percent, "p": _p, "words": _words}
    return environment.get_template(template).render(**content)


def _template(name: str) -> str:
    return (resources.files("assets") / "report" / "template" / name).read_text(encoding="utf-8")


def _words(code: str) -> str:
    return NAMES.get(code, code.replace("_", " "))


def _percent(value: float | None) -> str:
    return "–" if value is None else show(value, "round", 1)


def _p(value: float | None) -> str:
    return "–" if value is None else show_p(value)
