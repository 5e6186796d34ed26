"""The study protocol at the command line: show it, check a file of one's own, compare two, choose one for a run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from warehouse.errors import UsageError

if TYPE_CHECKING:
    from schemas.study import Parameter, Study, Value

VARIABLE = "MUCOSA_STUDY"
"""Names the protocol of a run; Dagster reads it too."""
Chosen = Annotated[
    str, typer.Option("--study", envvar=VARIABLE, help="Study protocol: `paper`, `strict` or a file of your own.")
]
Protocol = Annotated[str, typer.Argument(help="`paper`, `strict` or a file.")]

PAPER = "paper"
"""`schemas.study.PAPER`, here without loading it: `--help` need not wait."""

app = typer.Typer(
    help="Show, check and compare study protocols: every number that a definition uses.", no_args_is_help=True
)
console = Console(highlight=False)
FILE_WIDTH = 140
"""Characters of a line where nobody's terminal says how many fit."""


def found(name_or_file: str) -> "Study":
    """The protocol; a mistake in it is one of usage."""
    from schemas import study

    try:
        return study.find(name_or_file)
    except study.ProtocolError as error:
        raise UsageError(str(error)) from None


def choose(name_or_file: str) -> None:
    """Check the protocol before anything heavy is loaded, and let this process's steps use it."""
    from schemas import study

    found(name_or_file)
    known = name_or_file in study.shipped()
    os.environ[VARIABLE] = name_or_file if known else str(Path(name_or_file).absolute())


@app.command()
def show(protocol: Protocol = PAPER) -> None:
    """Every value of a protocol with its unit, its allowed range and where it comes from."""
    chosen = found(protocol)
    _head(chosen)
    changed = _differences(found(PAPER), chosen)
    table = _table("value", "range", "source", "meaning")
    for section, parameters in chosen.sections.items():
        table.add_row(f"[bold]{section.replace('_', ' ')}[/bold]")
        for name, p in parameters.items():
            value = escape(_shown(p.value, p.unit))
            marked = f"[yellow]{value}[/yellow]" if name in changed else value
            table.add_row(f"  {name}", marked, _range(p), f"{p.rule} {p.source}", escape(p.description))
    _print(table)


@app.command()
def check(file: Protocol) -> None:
    """Say whether a protocol can be used, and if not, every mistake in it (exit code 2)."""
    chosen = found(file)
    _head(chosen)
    differing = len(_differences(found(PAPER), chosen))
    total = len(chosen.values())
    console.print(f"[green]✓[/green] {total} values, all within their ranges; {differing} differ from the paper's.")


@app.command()
def diff(one: Protocol, other: Protocol) -> None:
    """The values in which two protocols differ."""
    left, right = found(one), found(other)
    differing = _differences(left, right)
    if not differing:
        console.print("No value differs.")
        return
    table = _table(escape(one), escape(other), "source", "meaning")
    known = {name: p for section in right.sections.values() for name, p in section.items()}
    for name, (a, b) in differing.items():
        p = known[name]
        values = escape(_shown(a, p.unit)), escape(_shown(b, p.unit))
        table.add_row(name, *values, f"{p.rule} {p.source}", escape(p.description))
    _print(table)


def _table(*columns: str) -> Table:
    """Names and values keep their line; explanations wrap."""
    table = Table(header_style="bold", box=None)
    table.add_column("", no_wrap=True)
    table.add_column(columns[0], no_wrap=True)
    for name in columns[1:]:
        table.add_column(name)
    return table


def _print(table: Table) -> None:
    Console(highlight=False, width=None if console.is_terminal else FILE_WIDTH).print(table)


def _head(chosen: "Study") -> None:
    console.print(f"[bold]{escape(chosen.title)}[/bold]")
    console.print(f"Version {escape(chosen.definition_version)}, hash of all values {chosen.parameter_hash}")


def _differences(left: "Study", right: "Study") -> dict[str, "tuple[Value | None, Value | None]"]:
    a, b = left.values(), right.values()
    names = [*a, *(name for name in b if name not in a)]
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


def _shown(value: "Value | None", unit: str | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return text if unit in (None, "1", "{score}") else f"{text} {unit}"


def _range(parameter: "Parameter") -> str:
    low, high = parameter.minimum, parameter.maximum
    return "" if low is None or high is None else f"{low:g} to {high:g}"
