"""Commands about sites: try a profile on files, and begin one."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from warehouse.errors import UsageError

if TYPE_CHECKING:
    from pipelines.site_check import FileCheck

app = typer.Typer(help="Describe how a hospital delivers, and try the description.", no_args_is_help=True)
console = Console(highlight=False)

Files = Annotated[list[Path], typer.Argument(help="Files of one delivery.")]


@app.command()
def check(
    profile: Annotated[str, typer.Argument(help="A site's name, or the path of its profile (.toml).")], files: Files
) -> None:
    """A dry run: what of the files the profile matches, what not, and the first problem of each kind with a cure.

    Shows counts, lines and headers, never a value. Exits with 1 where a delivery of these files would not load.
    """
    from pipelines import site_check

    said = site_check.open_profile(profile)
    stops = False
    for found in site_check.check(said, files):
        console.print(f"\n[bold]{escape(found.file)}[/bold]", soft_wrap=True)
        if found.error:
            console.print(f"  [red]{escape(found.error)}[/red]", soft_wrap=True)
            stops = True
            continue
        _print(found)
        refused = found.records - found.accepted
        stops = stops or (refused > 1 and refused > said.quarantine_share(found.feed) * found.records)
    if stops:
        console.print("\nA delivery of these files would [red]not load[/red].")
        raise typer.Exit(1)
    console.print("\nA delivery of these files would [green]load[/green].")


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Short name of the site, as its landing folder will be called.")],
    files: Files,
    out: Annotated[Path | None, typer.Option(help="Folder of the profile; default: where you are.")] = None,
) -> None:
    """Write NAME.toml, the commented beginning of a profile, by looking at files."""
    from pipelines import site_starter
    from schemas import site

    target = (out or Path()) / f"{name}.toml"
    if target.exists():
        raise UsageError(f"{target} exists already. Choose another name, or take the old one away.")
    text = site_starter.starter(name, files)
    try:
        site.parse(name, text)
    except site.ProfileError as error:
        if not name.replace("-", "").isalnum() or not name.islower():
            raise UsageError(f"{name} is no name of a site: write small letters, digits and hyphens.") from None
        console.print(f"[yellow]To be decided before it is valid:[/yellow] {escape(str(error))}", soft_wrap=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    console.print(f"Wrote {escape(str(target))}. Read it, then: mucosa site check {escape(str(target))} FILES…")


def _print(found: "FileCheck") -> None:
    console.print(f"  feed {found.feed}: {found.records} records, {found.accepted} would be accepted")
    console.print(
        f"  found: {escape(', '.join(f'{c} ← {s}' if c != s else c for c, s in found.columns))}", soft_wrap=True
    )
    if found.absent:
        console.print(f"  not in the file: {', '.join(found.absent)}", soft_wrap=True)
    if found.unused:
        console.print(f"  not used: {escape(', '.join(found.unused))}", soft_wrap=True)
    for problem in found.problems:
        count = f"{problem.records} record{'s' if problem.records > 1 else ''}, first on line {problem.first}"
        console.print(f"  [yellow]{problem.rule}[/yellow], {count}. {escape(problem.reason)}", soft_wrap=True)
        console.print(f"    {escape(problem.cure)}", soft_wrap=True)
