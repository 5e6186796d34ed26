"""A patient under construction, and the dice."""

from dataclasses import dataclass, field
from random import Random

from tests.omop_rows import Patient


@dataclass
class Story:
    """Days count from the first day of the calendar of the tests; `end` is about the end of tacrolimus."""

    patient: Patient
    chance: Random
    start: int
    end: int = 0
    remission: int = 0
    stay: int | None = None
    fills: list[int] = field(default_factory=list)
    examined: list[int] = field(default_factory=list)

    def rarely(self, probability: float = 0.1) -> bool:
        return self.chance.random() < probability

    def one_of(self, *choices: int) -> int:
        return self.chance.choice(choices)
