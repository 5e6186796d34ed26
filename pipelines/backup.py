"""`mucosa backup` and `mucosa restore`: the whole place, one command each."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

console = Console(highlight=False)

Folder = Annotated[Path, typer.Argument(help="Folder of the backup: it holds the key, so keep it where few can read.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]


def backup(folder: Folder, data: Data = Path(DEFAULT_DATA), force: Force = False) -> None:
    """Copy key, raw rows, releases, waivers and alerts into a folder, for the owner only, with checksums.

    Landing files are the hospital's and not in it; build, report and history of runs are made anew.
    """
    from warehouse import backup as backups

    seal = backups.backup(Places.of(DEFAULT_LANDING, data), folder.absolute(), force=force)
    size = sum(kept.bytes for kept in seal.files.values()) / 1e6
    console.print(f"{len(seal.files)} files, {size:,.1f} MB, in {folder}", soft_wrap=True)
    if os.environ.get("MUCOSA_PSEUDONYM_KEY"):
        console.print("[yellow]The key is in MUCOSA_PSEUDONYM_KEY, not in the backup:[/yellow] keep it yourself.")


def restore(folder: Folder, data: Data = Path(DEFAULT_DATA), force: Force = False) -> None:
    """Put a backup back into an empty data folder, after checking every file; then run a night.

    One file that is damaged or missing restores nothing (exit code 1). A folder in use is replaced by --force only.
    """
    from warehouse import backup as backups

    places = Places.of(DEFAULT_LANDING, data)
    seal = backups.restore(places, folder.absolute(), force=force)
    console.print(f"{len(seal.files)} files of {seal.made_at:%Y-%m-%d %H:%M} UTC are back.", soft_wrap=True)
    console.print(f"Release {seal.current or 'none'}. Next: mucosa materialize")
