"""What leads to tacrolimus and tacrolimus itself, at every limit of the rules."""

from dataclasses import dataclass, field
from random import Random

from tests.omop_rows import ADA, ENEMA, IFX, OINTMENT, PSL, PSL_IV, PULSE, TAC, TAC_IV, Patient, on

HALF, FIVE, GRACEPTOR = "3999014M2029", "3999014M3025", "3999014N2024"
SMALL_PSL = "DEMO-PSL1"


@dataclass
class Story:
    """A patient under construction; days count from the first day of the calendar of the tests."""

    patient: Patient
    chance: Random
    start: int
    end: int = 0
    remission: int = 0
    stay: int | None = None
    discharge: int | None = None
    fills: list[tuple[int, int]] = field(default_factory=list)

    def rarely(self, probability: float = 0.1) -> bool:
        return self.chance.random() < probability

    def one_of(self, *choices: int) -> int:
        return self.chance.choice(choices)


def diagnose(story: Story) -> None:
    """Confirmed with a known onset as a rule; else suspected, polyps, Crohn, another indication, no onset."""
    patient, start, chance = story.patient, story.start, story.chance
    entered = start - story.one_of(30, 100, 1000)
    visit = None if story.rarely(0.05) else patient.visit(entered)
    kind = chance.choices(["onset", "entered", "suspected", "polyps", "none", "late"], [80, 8, 3, 3, 3, 3])[0]
    medis = chance.choice([None, None, "20094618", "20094620", "20094621", "20094622", "20071174"])
    icd10 = chance.choice(["K51.0", "K51.2", "K51.3", "K51.5", "K51.9"])
    if kind == "onset":
        onset = story.one_of(entered - 1, start - 365, start - 366, start - 1461, start - 3653)
        patient.diagnose(min(onset, entered - 1), icd10, medis=medis, visit=visit)
    elif kind == "entered":
        patient.diagnose(entered, icd10, medis=medis, visit=visit)
    elif kind == "suspected":
        patient.diagnose(entered - 400, icd10, suspected=True, visit=visit)
    elif kind == "polyps":
        patient.diagnose(entered, "K51.4", concept=0, visit=visit)
    elif kind == "late":
        patient.diagnose(start + story.one_of(0, 1, 5), icd10, visit=patient.visit(start + 20))
    if story.rarely(0.15):
        patient.diagnose(entered - 50, "K51.2", visit=visit, medis=chance.choice([None, "20092805", "20094759"]))
    if story.rarely(0.3):
        patient.diagnose(start - story.one_of(0, 10, 20), "K51.9", medis=chance.choice(["20092805", "20094759"]))
    if story.rarely(0.05):
        for _ in range(story.one_of(1, 2)):
            patient.diagnose(start + story.one_of(0, 1, 50), "K50.9", concept=0, suspected=story.rarely(0.2))
        for _ in range(story.one_of(0, 1, 2)):
            patient.diagnose(start + story.one_of(0, 1, 60), "K51.9")
    if story.rarely(0.05):
        patient.diagnose(start + story.one_of(-1, 0, 0, 1), chance.choice(["Z94.0", "M05.9", "M06.9"]), concept=0)


def steroid_before(story: Story) -> None:
    """Tapers, restarts, gaps, adequate weeks, and the last day at the limit of the window."""
    patient, start = story.patient, story.start
    kind = story.chance.choices(
        ["taper", "limit", "restart", "ward", "long", "enema", "start day"], [40, 8, 20, 20, 8, 2, 2]
    )[0]
    if kind == "taper":
        day = start - story.one_of(60, 45, 30)
        for mg in (40, 30, 20, 10, 5):
            patient.prescribe(PSL, day, 7 + story.one_of(0, 0, 2), mg)
            day += 7
    elif kind == "limit":
        patient.prescribe(PSL, start - story.one_of(95, 96, 97, 98), 7, story.one_of(5, 30))
    elif kind == "restart":
        first = start - story.one_of(150, 120)
        patient.prescribe(PSL, first, 30, story.one_of(5, 10, 20))
        patient.prescribe(PSL, first + 30 + story.one_of(-1, 0, 1, 14, 15), 20, story.one_of(5, 10, 20, 30))
        patient.prescribe(PSL, start - story.one_of(13, 14, 15, 20), story.one_of(5, 20, 40), story.one_of(20, 30))
    elif kind == "ward":
        first = start - story.one_of(6, 7, 8, 14, 20, 21)
        for day in range(first, start + story.one_of(0, 1, 7)):
            patient.give(PSL_IV, day, story.one_of(29, 30, 30, 40), route=4171047)
        if story.rarely(0.3):
            patient.prescribe(PSL, first - 5, 40, 20)
    elif kind == "long":
        patient.prescribe(PSL, start - story.one_of(88, 89, 90, 91, 95), 90, 10)
    elif kind == "enema":
        patient.prescribe(ENEMA, start - 20, 30, 20, route=4290759)
    else:
        patient.prescribe(PSL, start, 20, 20)
    if story.rarely(0.05):
        patient.add(
            "drug_exposure", drug_concept_id=patient.hospital.concept(PSL), drug_exposure_start_date=on(start - 2),
            drug_exposure_end_date=on(start - 2), drug_type_concept_id=32838, days_supply=1, route_concept_id=4132161,
        )  # fmt: skip
    if story.rarely(0.15):
        product = story.chance.choice([IFX, ADA])
        patient.infuse(product, start - story.one_of(400, 60, 1, 0), 300)
    if story.rarely():
        patient.infuse(PULSE, start - story.one_of(1, 3, 20), story.one_of(240, 250, 500))
    story.patient.prescribe(SMALL_PSL, start - 300, 10, 3)


def tacrolimus(story: Story) -> None:
    """A stay with doses twice a day and held days, then prescriptions with early refills, gaps and stops."""
    patient, start, chance = story.patient, story.start, story.chance
    if story.rarely(0.02):
        patient.prescribe(OINTMENT, start, 30, route=4263689)
        return
    day = start
    if story.rarely(0.75):
        day = _in_hospital(story, day)
    if day == start or story.rarely(0.97):
        _out_of_hospital(story, day)
    if story.rarely(0.15):
        again = story.end + story.one_of(1, 14, 15, 16, 17, 60)
        patient.prescribe(TAC, again, 28, 4)
        if story.rarely(0.3):
            patient.give(TAC_IV, again + 30, 2, "10:00", route=4171047)
    if chance.random() < 0.03:
        patient.prescribe(TAC, 3000 - story.one_of(26, 27, 28, 29), 28, 4)


def _in_hospital(story: Story, day: int) -> int:
    """Doses in one stay; the held days lie at the limit."""
    patient = story.patient
    first, last = day - story.one_of(0, 1, 10), day + story.one_of(14, 20, 35)
    story.stay, story.discharge = patient.stay(first, last), last
    mg = story.one_of(2, 3, 4)
    while day <= last:
        for clock in ("08:00", "19:00"):
            if not (day == story.start and clock == "08:00" and story.chance.random() < 0.5):
                patient.give(TAC, day, mg, clock, visit=story.stay)
                if story.rarely():
                    patient.give(HALF, day, 0.5, clock, visit=story.stay)
        if story.rarely(0.03):
            patient.give(TAC, day, 0, "12:00", visit=story.stay)
        day += 1 if not story.rarely(0.04) else story.one_of(2, 3, 4, 5)
    story.end = last
    return last + 1


def _out_of_hospital(story: Story, day: int) -> None:
    patient, mg = story.patient, float(story.one_of(2, 4, 8))
    fills = story.chance.randint(1, 7)
    cover = day - 1
    for number in range(fills):
        gap = story.one_of(0, 0, 0, -3, -7, -13, -14, -15, -20, 3, 4, 14, 15) if number or story.end else 0
        begin = max(cover + 1 + gap, day)
        supply = story.one_of(14, 28, 28, 56)
        stopped = begin + story.one_of(0, 5, supply - 1, supply + 5) if story.rarely(0.07) else None
        product = story.chance.choice([TAC, TAC, GRACEPTOR, FIVE])
        reason = story.chance.choice(["adverse_event", "completed", "ineffective"]) if stopped is not None else None
        patient.prescribe(product, begin, supply, mg, stopped=stopped, reason=reason)
        if story.rarely(0.15):
            patient.prescribe(HALF, begin, supply + story.one_of(0, 0, -7), 1)
        story.fills.append((begin, supply))
        cover = max(cover, begin + supply - 1)
        day = begin + 1
        mg *= story.chance.choice([1, 1, 1, 1.24, 1.25, 1.5, 0.5])
    story.end = cover if stopped is None else stopped
