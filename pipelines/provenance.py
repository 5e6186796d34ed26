"""Commands that follow records: quarantine by reason, a row back to its lines, a line forward to its rows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from warehouse.errors import UsageError
from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    import duckdb

console = Console(highlight=False)

Landing = Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]
File = Annotated[str | None, typer.Option(help="A file: its file_id, its name, or site|date/name.")]
Line = Annotated[int | None, typer.Option(min=1, help="A physical line of that file, from 1.")]
Record = Annotated[int | None, typer.Option(min=1, help="Instead: the number of the record, from 1.")]


def quarantine(
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    file: File = None,
    line: Line = None,
    record: Record = None,
) -> None:
    """Count the quarantined records of the last build by reason; with --file, show one raw row.

    A raw row is shown to whom the operating system lets read the identified zone, and that it was read is written
    to identified/access.log: who, when, which record, never what it says.
    """
    places = Places.of(landing, data)
    if file is None:
        _list_quarantine(places)
        return
    from assets.raw import look

    found, number = look.find(places, look.files(places, file), line, record)
    console.print(f"{found['feed']} {found['file_id']}:{number} of delivery {escape(str(found['delivery']))}")
    for name, cell in look.show(places, found, number):
        console.print(f"  {escape(name)}: {escape(cell)}", soft_wrap=True)


def trace(
    table: Annotated[str | None, typer.Argument(help="A table, such as omop.measurement.")] = None,
    key: Annotated[str | None, typer.Argument(help="Key of a row; of a label or marts.patient, the person.")] = None,
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
    file: File = None,
    line: Line = None,
    record: Record = None,
) -> None:
    """Follow a row back to file and line (TABLE KEY), or a line forward to its rows (--file --line).

    Shows tables, keys, rules and hashes, never a value; paths and lines only to whom may read the identified zone.
    """
    places = Places.of(landing, data)
    if (table is None or key is None) == (file is None):
        raise UsageError(
            "Name either a row, as in: mucosa trace omop.measurement 42, or a line with --file and --line."
        )
    with opened(places) as database:
        if file is not None:
            _forward(places, database, file, line, record)
        else:
            _back(places, database, str(table), str(key))


def _back(places: Places, database: "duckdb.DuckDBPyConnection", table: str, key: str) -> None:
    from assets.raw import look
    from warehouse import provenance

    found = provenance.origins(database, table, key)
    if not found:
        raise UsageError(f"No record is known behind {table} {key}: there is no such row, or it was computed.")
    line = Column("line", overflow="fold")  # a path that is cut short leads nowhere
    shown = Table("label", "row", "record", "feed", "delivery", "SHA-256 of the file", line, box=None)
    for origin in found:
        where = look.line(places, origin.file_id, origin.record)
        shown.add_row(
            origin.label or "",
            f"{origin.table} {origin.key}",
            f"{origin.file_id}:{origin.record}",
            origin.feed,
            origin.delivery,
            origin.sha256,
            f"{where[0]}:{where[1]}" if where else "",
        )
    _wide().print(shown)


def _forward(
    places: Places, database: "duckdb.DuckDBPyConnection", file: str, line: int | None, record: int | None
) -> None:
    from assets.raw import look
    from warehouse import provenance

    if file.isdecimal() and line is None and record is not None:
        file_id, number = int(file), record
    else:
        found, number = look.find(places, look.files(places, file), line, record)
        file_id = int(str(found["file_id"]))
    fate = provenance.fate(database, file_id, number)
    if fate is None:
        raise UsageError(f"The last build has not read file {file_id} as it is now; run `mucosa materialize` first.")
    console.print(f"{file_id}:{number} {escape(fate.verdict)}", soft_wrap=True)
    shown = Table("table", "rows", "key", box=None)
    for table, rows, key in fate.rows:
        shown.add_row(table, str(rows), key or "")
    if fate.rows:
        _wide().print(shown)


def _list_quarantine(places: Places) -> None:
    with opened(places) as database:
        rows = database.execute(
            "select rule, min(reason), count(*), count(*) filter (where waived) from staging.quarantine"
            " group by rule order by 3 desc, 1"
        ).fetchall()
    shown = Table("records", "waived", Column("rule", no_wrap=True), "reason", box=None)
    for rule, reason, records, waived in rows:
        shown.add_row(str(records), str(waived or ""), rule, escape(reason))
    console.print(shown if rows else "No record is in quarantine.")


@contextmanager
def opened(places: Places, files: Sequence[Path] = ()) -> Iterator["duckdb.DuckDBPyConnection"]:
    """The last build; while it is being written, or where there is none, the release; or the first of these files."""
    import duckdb

    from warehouse import connection

    with ExitStack() as opened:
        database = None
        for file in files or (places.build, places.published):
            try:
                if database is None and file.exists():
                    database = opened.enter_context(connection.connect(file, read_only=True))
            except duckdb.IOException:
                continue  # a night is writing: what is published answers instead
        if database is None:
            where = files[0] if len(files) == 1 else places.data
            raise UsageError(f"Nothing has been built in {where} yet; run `mucosa materialize` first.")
        staged = "from duckdb_tables() where schema_name = 'staging' and table_name = 'accounting'"
        if not database.execute(staged).fetchall():
            raise UsageError("The last build stopped before staging; run `mucosa materialize` and read what it says.")
        yield database


def _wide() -> Console:
    """Rows of keys and hashes are read by programs too: they are not folded."""
    return Console(highlight=False, width=max(console.width, 250))
