"""`mucosa lineage`: where a column comes from, down to the landing files, or what is made of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.tree import Tree

from warehouse.places import DEFAULT_DATA, DEFAULT_LANDING, Places

if TYPE_CHECKING:
    from assets.lineage import Origins
    from warehouse.columns import Path as Column

console = Console(highlight=False, soft_wrap=True)

Landing = Annotated[Path, typer.Option(envvar="MUCOSA_LANDING", help="Folder that hospitals deliver into.")]
Data = Annotated[Path, typer.Option(envvar="MUCOSA_DATA", help="Folder of everything made.")]


def lineage(
    column: Annotated[str, typer.Argument(help="layer.table.column, such as omop.measurement.value_as_number.")],
    made: Annotated[bool, typer.Option("--made", help="Show what is made of it instead.")] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Also follow what only decides: cases, filters, order of a window.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Each column with the columns that it is made of.")] = False,
    svg: Annotated[Path | None, typer.Option(help="Draw it into this file.")] = None,
    landing: Landing = Path(DEFAULT_LANDING),
    data: Data = Path(DEFAULT_DATA),
) -> None:
    """Show where a column comes from, table by table, down to the landing files.

    Read from the SQL that makes the tables; where Python makes one, from what it declares. Which rows there are
    (joins and conditions) is no part of it: Dagster's graph shows what a table reads.
    """
    from assets import lineage as read

    origins = read.load(Places.of(landing, data))
    wanted = origins.named(column)
    edges = origins.uses(wanted) if made else origins.ways(wanted, everything=everything)
    if as_json:
        console.print_json(data={".".join(node): [".".join(s) for s in found] for node, found in edges.items()})
        return
    if svg:
        from assets.report.column_map import draw

        if made:
            edges = {node: [n for n in edges if node in edges[n]] for node in edges}
        svg.write_text(draw(edges, wanted), encoding="utf-8")
        console.print(f"Drawn: {svg}")
        return
    tree = Tree(_label(origins, wanted))
    _grow(tree, origins, edges, wanted, {wanted})
    console.print(tree)


def _label(origins: "Origins", node: "Column") -> str:
    name = f"{node[1]}" if node[0] == "file" else f"{node[0]}.{'rows' if node[1] == '*' else node[1]}"
    given = sorted(f"${source[1]}" for source in origins.of(node).everything if source[0] == "$")
    shown = ", ".join(given[:4]) + (f" and {len(given) - 4} more" if len(given) > 4 else "")
    return f"{name} [dim]{shown}[/dim]" if given else name


def _grow(
    tree: Tree, origins: "Origins", edges: "dict[Column, list[Column]]", node: "Column", shown: "set[Column]"
) -> None:
    """A branch that is drawn already is not drawn again."""
    for source in edges[node]:
        again = source in shown and bool(edges[source])
        branch = tree.add(_label(origins, source) + (" [dim](see above)[/dim]" if again else ""))
        if not again:
            shown.add(source)
            _grow(branch, origins, edges, source, shown)
