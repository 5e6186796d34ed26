"""The timeline of one patient as SVG: treatment, troughs against their bands, activity, steroid, and what came of it.

Days count from the start of tacrolimus. Nobody is named in the picture; colours are Okabe and Ito's.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from xml.sax.saxutils import escape

from assets.explain.story import Event

WIDTH, LEFT, RIGHT, ROW, GAP = 1180, 132, 16, 17, 22
BLUE, ORANGE, GREEN, SKY, INK, MUTED, GRID = "#0072B2", "#D55E00", "#009E73", "#56B4E9", "#1b2733", "#5d6b79", "#e3e8ed"
OUTCOMES = {
    "remission": GREEN,
    "healing": BLUE,
    "relapse": ORANGE,
    "end": INK,
    "rescue": ORANGE,
    "adverse_event": MUTED,
}
BEFORE_DAYS, AFTER_DAYS, TIGHTER_FROM_DAYS = 60, 90, 200
"""Shown before the first dose; shown wide after the last; a follow-up longer than that is drawn tighter."""
WIDE_SHARE = 0.7
HIGHEST_CAI, REMISSION_CAI = 21, 4
Scale = Callable[[float], float]
Place = Callable[[dt.date], float]


def draw(events: Sequence[Event], doses: Sequence[tuple[dt.date, float]], remission_cai: int = REMISSION_CAI) -> str:
    """An SVG document of the timeline (`story.timeline`, `story.doses`); without tacrolimus, from the first event."""
    courses = [e for e in events if e.kind == "course"]
    zero = min((e.occurred_on for e in courses), default=min((e.occurred_on for e in events), default=dt.date.min))

    def day(on: dt.date) -> int:
        return (on - zero).days

    shown = [e for e in events if day(e.until_on or e.occurred_on) >= -BEFORE_DAYS]
    last = max((day(e.until_on or e.occurred_on) for e in shown), default=1)
    treated = max((day(e.until_on or e.occurred_on) for e in courses[:1]), default=0)
    x, ticks = _axis(last, treated)
    left = max(min((day(e.occurred_on) for e in shown), default=0), -BEFORE_DAYS)

    def at(on: dt.date) -> float:
        return x(max(day(on), left))

    lanes: list[tuple[str, int, Callable[[float, int], Iterable[str]]]] = [
        ("Tacrolimus", 22, lambda top, h: _bars(courses, at, top, h, BLUE)),
        ("Trough, ng/mL", 130, lambda top, h: _troughs(shown, at, top, h)),
        ("CAI", 100, lambda top, h: _scores(shown, at, top, h, remission_cai)),
        ("Steroid, mg/d", 70, lambda top, h: _steroid([d for d in doses if day(d[0]) >= left], at, top, h)),
        ("Endoscopy", 30, lambda top, h: _endoscopies(shown, at, top, h)),
    ]
    tallest = sum(tall + GAP for _, tall, _ in lanes)
    body, y = _flags([e for e in shown if e.kind in OUTCOMES], at, tallest)
    for name, tall, paint in lanes:
        body.append(f'<text x="8" y="{y + tall / 2 + 4:.0f}">{name}</text>')
        body += paint(y, tall)
        y += tall + GAP
    grid = [
        f'<path d="M{x(t):.1f} {y - tallest}V{y - 14}" stroke="{GRID}"/>'
        f'<text x="{x(t):.1f}" y="{y}" text-anchor="middle" fill="{MUTED}">{t}</text>'
        for t in ticks
    ]
    foot = f'<text x="{LEFT}" y="{y + 20}" fill="{MUTED}">Days since the start of tacrolimus</text>'
    if x(2) - x(1) > 1.01 * (x(last) - x(last - 1)):
        note = f"drawn tighter from day {treated + AFTER_DAYS} on"
        foot += f'<text x="{WIDTH - RIGHT}" y="{y + 20}" text-anchor="end" fill="{MUTED}">{note}</text>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y + 30}" width="{WIDTH}" height="{y + 30}" '
        f'font-family="sans-serif" font-size="12" fill="{INK}"><title>Timeline of one patient</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(grid)}{"".join(body)}{foot}</svg>\n'
    )


def _axis(last: int, treated: int) -> tuple[Scale, list[int]]:
    """Days to points: treatment and the weeks around it wide, a long follow-up tighter; and the days to mark."""
    low, high, span = -BEFORE_DAYS, max(last, 28) + 5, WIDTH - LEFT - RIGHT
    bend = treated + AFTER_DAYS
    if high - bend < TIGHTER_FROM_DAYS:
        bend, share = high, 1.0
    else:
        share = WIDE_SHARE

    def x(day: float) -> float:
        if day <= bend:
            return LEFT + span * share * (day - low) / (bend - low)
        return LEFT + span * (share + (1 - share) * (day - bend) / (high - bend))

    near = next(step for step in (7, 14, 28, 50, 100, 200, 365) if (bend - low) / step <= 14)
    ticks = [day for day in range(0, bend, near) if x(day) < WIDTH - RIGHT]
    if bend < high:
        far = next(step for step in (100, 200, 500, 1000, 2000, 5000) if (high - bend) / step <= 6)
        ticks += [day for day in range(far, high, far) if x(day) > x(bend) + 24]
    return x, ticks


def _flags(events: Sequence[Event], at: Place, below: float) -> tuple[list[str], int]:
    """Outcomes with their words, each on the first row where they run into no other; and where the lanes begin."""
    ends: list[float] = []
    placed = []
    for event in sorted(events, key=lambda e: e.occurred_on):
        words, place = f"{event.found} ({event.rule})", at(event.occurred_on)
        long = 6.3 * len(words) + 12
        turned = place + long > WIDTH - RIGHT
        first = place - long if turned else place
        row = next((k for k, end in enumerate(ends) if end < first), len(ends))
        ends[row : row + 1] = [place if turned else place + long]
        anchor = f'x="{place - 7:.1f}" text-anchor="end"' if turned else f'x="{place + 7:.1f}"'
        placed.append((place, 18 + row * ROW, OUTCOMES[event.kind], f"{anchor}>{escape(words)}"))
    top = 30 + ROW * len(ends)
    return [
        f'<path d="M{place:.1f} {y}V{top + below - 14}" stroke="{color}" stroke-dasharray="2 3" opacity="0.55"/>'
        f'<circle cx="{place:.1f}" cy="{y - 4}" r="4" fill="{color}"/><text y="{y}" {words}</text>'
        for place, y, color, words in placed
    ], top


def _bars(events: Sequence[Event], at: Place, top: float, tall: float, color: str) -> list[str]:
    spans = [(at(e.occurred_on), at(e.until_on or e.occurred_on)) for e in events]
    return [_rect(a, top, max(b - a, 2), tall, color, 0.75) for a, b in spans]


def _troughs(events: Sequence[Event], at: Place, top: float, tall: float) -> list[str]:
    found = [e for e in events if e.kind == "trough" and e.value is not None]
    highest = max([20.0, *(float(e.value or 0) for e in found)])
    y = _upward(top, tall, highest)
    drawn = _scale(y, (0, 5, 10, 15, 20))
    for phase in (e for e in events if e.kind == "phase" and e.until_on):
        low, high = (float(n) for n in phase.found.rsplit("target ")[1].removesuffix(" ng/mL").split(" to "))
        a, b = at(phase.occurred_on), at(phase.until_on or phase.occurred_on)
        drawn.append(_rect(a, y(high), b - a, y(low) - y(high), SKY, 0.3))
    valid = [(at(e.occurred_on), y(float(e.value or 0))) for e in found if "not valid" not in e.found]
    drawn.append(_line(valid, BLUE))
    for event in found:
        hollow = "not valid" in event.found
        drawn.append(_dot(at(event.occurred_on), y(float(event.value or 0)), BLUE, hollow))
    return drawn


def _scores(events: Sequence[Event], at: Place, top: float, tall: float, low: int) -> list[str]:
    y = _upward(top, tall, HIGHEST_CAI)
    points = [(at(e.occurred_on), y(e.value)) for e in events if e.kind == "score" and e.value is not None]
    limit = f'<path d="M{LEFT} {y(low):.1f}H{WIDTH - RIGHT}" stroke="{GREEN}" stroke-dasharray="6 4"/>'
    return [
        *_scale(y, (0, low, 10, 20)),
        limit,
        _line(points, INK),
        *(_dot(*point, INK, hollow=False) for point in points),
    ]


def _steroid(doses: Sequence[tuple[dt.date, float]], at: Place, top: float, tall: float) -> list[str]:
    """Stretches of equal dose as bars."""
    highest = max((mg for _, mg in doses), default=0) or 10
    y = _upward(top, tall, highest)
    edges = [0] + [k + 1 for k, (a, b) in enumerate(pairwise(doses)) if a[1] != b[1] or (b[0] - a[0]).days > 1]
    drawn = _scale(y, (0, round(highest)))
    for first, after in pairwise([*edges, len(doses)] if doses else []):
        on, mg = doses[first]
        end = at(doses[after - 1][0] + dt.timedelta(days=1))
        drawn.append(_rect(at(on), y(mg), max(end - at(on), 0.6), y(0) - y(mg), MUTED, 0.55))
    return drawn


def _endoscopies(events: Sequence[Event], at: Place, top: float, tall: float) -> list[str]:
    middle, drawn = top + tall / 2, []
    for event in (e for e in events if e.kind == "endoscopy"):
        x, healed = at(event.occurred_on), event.value is not None and event.value <= 1
        score = "–" if event.value is None else f"{event.value:.0f}"
        drawn.append(
            f'<rect x="{x - 9:.1f}" y="{middle - 9}" width="18" height="18" rx="3" fill="{BLUE if healed else "#fff"}" '
            f'stroke="{BLUE if healed else ORANGE}" stroke-width="2"><title>{escape(event.found)}</title></rect>'
            f'<text x="{x:.1f}" y="{middle + 4}" text-anchor="middle" fill="{"#fff" if healed else INK}">{score}</text>'
        )
    return drawn


def _upward(top: float, tall: float, highest: float) -> Scale:
    return lambda value: top + tall * (1 - value / highest)


def _scale(y: Scale, values: Iterable[float]) -> list[str]:
    return [
        f'<path d="M{LEFT} {y(v):.1f}H{WIDTH - RIGHT}" stroke="{GRID}"/>'
        f'<text x="{LEFT - 4}" y="{y(v) + 4:.1f}" text-anchor="end" font-size="9" fill="{MUTED}">{v:g}</text>'
        for v in values
    ]


def _line(points: Sequence[tuple[float, float]], color: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.3"/>'


def _dot(x: float, y: float, color: str, hollow: bool) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.6" fill="{"#fff" if hollow else color}" stroke="{color}"/>'


def _rect(x: float, y: float, wide: float, tall: float, color: str, opacity: float) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{tall:.1f}" fill="{color}" opacity="{opacity}"/>'
