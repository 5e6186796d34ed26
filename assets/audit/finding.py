"""What an audit says: one finding a row, its verdict, and the numbers behind it."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

Verdict = Literal["impossible", "contradiction", "not_reproducible", "consistent"]


class Finding(NamedTuple):
    """A statement about printed figures.

    `impossible`: no data can show the figure or set. `contradiction`: two printed things cannot both hold.
    `not_reproducible`: no test or reading of the printed figures gives it. `consistent`: it can be so.
    `printed` and `computed` are texts; `lower` and `upper` bound what data could show, in the figure's unit.
    """

    kind: str
    about: str
    study_group: str | None
    statement: str
    verdict: Verdict
    printed: str
    computed: str | None = None
    lower: float | None = None
    upper: float | None = None

    @property
    def finding_id(self) -> str:
        return ":".join(part for part in (self.kind, self.about, self.study_group) if part)


def joined(texts: Iterable[object]) -> str:
    """Texts in one line."""
    return ", ".join(map(str, texts))
