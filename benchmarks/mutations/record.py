"""The page of the mutations: what came of them per operator and feed, and why the missed ones can't be known."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from benchmarks.mutations.judge import OUTCOMES, Verdict
from benchmarks.mutations.reasons import reason
from schemas import extract

NAME = "mutations"
PAGE = """# What a damaged delivery comes to

Recorded by `python -m benchmarks.mutations` on {day} at commit `{commit}`: {total:,} mutations of a valid delivery of
{records} records, every operator on every column of every feed; each is one file that lands in the place of the valid
one and goes the whole way through reader, profile, staging and the rules of staging.

| | mutations | |
|---|---|---|
| error | {error:,} | the file is refused, with its name and a cure |
| quarantined | {quarantined:,} | at least one record is refused, with line and rule |
| warned | {warned:,} | all is accepted, and a rule of [expectations.md](../expectations.md) is broken |
| harmless | {harmless:,} | the same rows are accepted as of the valid delivery |
| **missed** | **{missed:,}** | other rows are accepted, and nobody is told |

Records balance for every one of them: landed = accepted + quarantined + superseded.

## By operator and feed

Caught (error, quarantined or warned) / harmless / missed.

{table}

## What is missed, and why it can't be known

A miss that has no such reason wants a rule; the run then fails.

{missed_list}
"""


def page(found: Sequence[Verdict], records: int, day: str, commit: str) -> str:
    """The page in Markdown."""
    counts = Counter(verdict.outcome for verdict in found)
    return PAGE.format(
        day=day,
        commit=commit,
        total=len(found),
        records=records,
        table=_table(found),
        missed_list=_missed(found),
        **{outcome: counts[outcome] for outcome in OUTCOMES},
    )


def _table(found: Sequence[Verdict]) -> str:
    cells: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for mutation, outcome, _ in found:
        kind = outcome if outcome in ("harmless", "missed") else "caught"
        for feed in (mutation.feed, "all"):
            cells[mutation.operator, feed][kind] += 1
    feeds = (*extract.LANDED, "all")
    operators = dict.fromkeys(verdict.mutation.operator for verdict in found)
    lines = [["operator", *(feed.replace("_", " ") for feed in feeds)], ["---"] * (len(feeds) + 1)]
    lines += [[operator, *(_cell(cells[operator, feed]) for feed in feeds)] for operator in operators]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(count: Counter[str]) -> str:
    return f"{count['caught']}/{count['harmless']}/{count['missed']}" if count else ""


def _missed(found: Sequence[Verdict]) -> str:
    by_reason: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for mutation, outcome, _ in found:
        if outcome == "missed":
            where = f"{mutation.feed}.{mutation.column}" if mutation.column else mutation.feed
            by_reason[reason(mutation)][where].append(mutation.operator)
    parts = []
    for why, places in sorted(by_reason.items(), key=lambda item: -sum(map(len, item[1].values()))):
        parts.append(f"**{why}** ({sum(map(len, places.values()))})\n")
        parts += [f"* `{where}`: {', '.join(operators)}" for where, operators in places.items()]
        parts.append("")
    return "\n".join(parts).rstrip()
