"""The way of one column drawn from left to right, a layer a column of boxes."""

from collections.abc import Mapping, Sequence
from html import escape

from schemas.contract import LAYERS
from warehouse.columns import Path

WIDTH, ROW, BOX, LEFT = 250, 46, 34, 16
ORDER = ("not followed", "file", "landing", *LAYERS)
COLORS = {"file": "#8a94a0", "landing": "#8a94a0", "marts": "#0b4f6c"}


def draw(edges: Mapping[Path, Sequence[Path]], wanted: Path) -> str:
    """An SVG of its own: `edges` lead from a column to those that it is made of, `wanted` is the last one."""
    nodes = [*dict.fromkeys([wanted, *edges, *(source for sources in edges.values() for source in sources)])]
    depths = _depths(edges, wanted)
    steps = sorted({_place(node, depths) for node in nodes})
    columns = {step: [n for n in nodes if _place(n, depths) == step] for step in steps}
    tallest = max(len(column) for column in columns.values())
    height, width = 52 + tallest * ROW, LEFT * 2 + len(steps) * WIDTH
    spots = {
        node: (LEFT + k * WIDTH, 44 + (tallest - len(columns[step])) * ROW // 2 + row * ROW)
        for k, step in enumerate(steps)
        for row, node in enumerate(sorted(columns[step]))
    }
    lines = [_line(spots[source], spots[made]) for made, sources in edges.items() for source in sources]
    heads = [
        f'<text x="{LEFT + k * WIDTH}" y="24" font-size="13" fill="#5d6b79">{escape(ORDER[step[0]])}</text>'
        for k, step in enumerate(steps)
        if k == 0 or steps[k - 1][0] != step[0]
    ]
    boxes = [_box(node, *spot, bold=node == wanted) for node, spot in spots.items()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif"><rect width="{width}" height="{height}" fill="#fff"/>'
        + "".join([*lines, *heads, *boxes])
        + "</svg>\n"
    )


def _place(node: Path, depths: Mapping[Path, int]) -> tuple[int, int]:
    """Layer, then how far from the left within it: tables of one layer also read each other."""
    layer = node[0].partition(".")[0]
    within = [n for n in depths if n[0].partition(".")[0] == layer]
    return ORDER.index(layer), max(depths[n] for n in within) - depths[node]


def _depths(edges: Mapping[Path, Sequence[Path]], wanted: Path) -> dict[Path, int]:
    """The longest way to each within its layer, so that every line goes from left to right."""
    found: dict[Path, int] = {}

    def walk(node: Path, depth: int) -> None:
        if depth > found.get(node, -1):
            found[node] = depth
            for source in edges.get(node, ()):
                walk(source, depth + 1 if source[0].partition(".")[0] == node[0].partition(".")[0] else 0)

    walk(wanted, 0)
    return found


def _line(start: tuple[int, int], end: tuple[int, int]) -> str:
    x1, y1, x2, y2 = start[0] + WIDTH - 40, start[1] + BOX // 2, end[0], end[1] + BOX // 2
    middle = (x1 + x2) // 2
    return (
        f'<path d="M{x1} {y1} C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="#9aa7b3" stroke-width="1.2"/>'
    )


def _box(node: Path, x: int, y: int, *, bold: bool) -> str:
    layer, _, table = node[0].partition(".")
    color = COLORS.get(layer, "#3d7f9c")
    weight = ' font-weight="650"' if bold else ""
    return (
        f"<g><title>{escape('.'.join(node))}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDTH - 40}" height="{BOX}" rx="5" fill="{"#eef6fb" if bold else "#fff"}" '
        f'stroke="{color}"/>'
        f'<text x="{x + 8}" y="{y + 14}" font-size="10.5" fill="#5d6b79">{escape(table or layer)}</text>'
        f'<text x="{x + 8}" y="{y + 27}" font-size="12" fill="#1b2733"{weight}>{escape(_short(node[1]))}</text></g>'
    )


def _short(name: str) -> str:
    return name if len(name) <= 31 else f"{name[:30]}…"
