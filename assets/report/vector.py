"""Plain SVG by hand: where rectangles and words are enough, a picture costs nothing at night."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from assets.report.drawing import INK

WIDTH = 900


def text(x: float, y: float, words: str, color: str = INK, anchor: str = "start", weight: int = 400) -> str:
    """Words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{color}" text-anchor="{anchor}" font-weight="{weight}">'
        f"{escape(words)}</text>"
    )


def rect(x: float, y: float, wide: float, tall: float, color: str, share: float, words: str) -> str:
    """A tile, the darker the larger the share (0 to 1), that says its words under the pointer."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{color}" '
        f'fill-opacity="{min(0.1 + 0.9 * share, 1):.2f}"><title>{escape(words)}</title></rect>'
    )


def line(path: str, color: str, more: str = "") -> str:
    """A stroke."""
    return f'<path d="{path}" stroke="{color}" fill="none" {more}/>'


def document(title: str, parts: Iterable[str], height: float) -> str:
    """The parts as one element that stands in a page or alone."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{title}</title>{"".join(parts)}</svg>'
    )
