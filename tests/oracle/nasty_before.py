"""What leads to tacrolimus: diagnoses and steroid, at every limit of the rules."""

from tests.omop_rows import ADA, ENEMA, IFX, PSL, PSL_IV, PULSE, on
from tests.oracle.nasty_story import Story

SMALL_PSL = "DEMO-PSL1"
LABELS = ("20092805", "20094759")
TYPES = (None, None, "20094618", "20094620", "20094621", "20094622", "20071174")


def diagnose(story: Story) -> None:
    """Confirmed with a known onset as a rule; else suspected, polyps, no onset, only after the start."""
    patient, start, chance = story.patient, story.start, story.chance
    entered = start - story.one_of(30, 100, 1000)
    visit = None if story.rarely(0.05) else patient.visit(entered)
    kind = chance.choices(["onset", "entered", "suspected", "polyps", "none", "late"], [80, 8, 3, 3, 3, 3])[0]
    medis, icd10 = chance.choice(TYPES), chance.choice(["K51.0", "K51.2", "K51.3", "K51.5", "K51.9"])
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
    _diagnose_more(story, entered, visit)


def _diagnose_more(story: Story, entered: int, visit: int | None) -> None:
    """Recorded steroid response, an older entry, Crohn's disease later, another indication on the day."""
    patient, start, chance = story.patient, story.start, story.chance
    if story.rarely(0.15):
        patient.diagnose(entered - 50, "K51.2", visit=visit, medis=chance.choice([None, *LABELS]))
    if story.rarely(0.3):
        patient.diagnose(start - story.one_of(0, 10, 20, -5), "K51.9", medis=chance.choice(LABELS))
    if story.rarely(0.05):
        for _ in range(story.one_of(1, 2)):
            patient.diagnose(start + story.one_of(0, 1, 50), "K50.9", concept=0, suspected=story.rarely(0.2))
        for _ in range(story.one_of(0, 1, 2)):
            patient.diagnose(start + story.one_of(0, 1, 60), "K51.9")
    if story.rarely(0.05):
        other = chance.choice(["Z94.0", "M05.9", "M06.9"])
        patient.diagnose(start + story.one_of(-1, 0, 0, 1), other, concept=0, suspected=story.rarely(0.2))


def treat_with_steroid(story: Story) -> None:
    """One way of steroid before tacrolimus; at times an unknown dose, a biologic, a pulse."""
    patient, start = story.patient, story.start
    ways = [
        _taper,
        _at_the_limit,
        _restart,
        _on_the_ward,
        _by_weight,
        _two_stretches,
        _flare,
        _for_long,
        _locally,
        _on_the_day,
    ]
    story.chance.choices(ways, [25, 8, 15, 15, 8, 8, 8, 8, 2, 2])[0](story)
    if story.rarely(0.05):
        patient.add(
            "drug_exposure", drug_concept_id=patient.hospital.concept(PSL), drug_exposure_start_date=on(start - 2),
            drug_exposure_end_date=on(start - 2), drug_type_concept_id=32838, days_supply=1, route_concept_id=4132161,
        )  # fmt: skip
    if story.rarely(0.15):
        patient.infuse(story.chance.choice([IFX, ADA]), start - story.one_of(400, 60, 1, 0), 300)
    if story.rarely(0.08):
        patient.prescribe(ADA, start - story.one_of(30, 60, 90), 28, 40, route=4142048)
    if story.rarely():
        patient.infuse(PULSE, start - story.one_of(1, 3, 20), story.one_of(240, 250, 500))
    patient.prescribe(SMALL_PSL, start - 300, 10, 3)


def _taper(story: Story) -> None:
    day = story.start - story.one_of(60, 45, 30)
    for mg in (40, 30, 20, 10, 5):
        story.patient.prescribe(PSL, day, 7 + story.one_of(0, 0, 2), mg)
        day += 7


def _at_the_limit(story: Story) -> None:
    story.patient.prescribe(PSL, story.start - story.one_of(95, 96, 97, 98), 7, story.one_of(5, 30))


def _restart(story: Story) -> None:
    patient, first = story.patient, story.start - story.one_of(150, 120)
    patient.prescribe(PSL, first, 30, story.one_of(5, 10, 20))
    patient.prescribe(PSL, first + 30 + story.one_of(-1, 0, 1, 14, 15), 20, story.one_of(5, 10, 20, 30))
    patient.prescribe(PSL, story.start - story.one_of(13, 14, 15, 20), story.one_of(5, 20, 40), story.one_of(20, 30))


def _on_the_ward(story: Story) -> None:
    first = story.start - story.one_of(6, 7, 8, 14, 20, 21)
    for day in range(first, story.start + story.one_of(0, 1, 7)):
        story.patient.give(PSL_IV, day, story.one_of(29, 30, 30, 40), route=4171047)
    if story.rarely(0.3):
        story.patient.prescribe(PSL, first - 5, 40, 20)


def _by_weight(story: Story) -> None:
    """0.75 mg/kg of 38 kg are 28.5 mg."""
    story.patient.measure("body_weight", story.start - 1, story.one_of(37, 38, 39))
    story.patient.prescribe(PSL, story.start - story.one_of(7, 10, 20), 30, 28.5)
    story.patient.cai(story.start - 2, story.one_of(5, 9))


def _two_stretches(story: Story) -> None:
    story.patient.prescribe(PSL, story.start - 50, 20, 20)
    story.patient.prescribe(PSL, story.start - 30 + story.one_of(13, 14, 15), 20, 20)


def _flare(story: Story) -> None:
    """Low for a while, off, and anew about 90 days after the last low day."""
    anew = story.start - story.one_of(3, 20)
    low = anew - story.one_of(89, 90, 91)
    story.patient.prescribe(PSL, low - 20, 10, 20)
    story.patient.prescribe(PSL, low - 10, 11, story.chance.choice([5, 9.7, 10]))
    story.patient.prescribe(PSL, anew, 5, story.one_of(5, 20))


def _for_long(story: Story) -> None:
    story.patient.prescribe(PSL, story.start - story.one_of(88, 89, 90, 91, 95), 90, 10)


def _locally(story: Story) -> None:
    story.patient.prescribe(ENEMA, story.start - 20, 30, 20, route=4290759)


def _on_the_day(story: Story) -> None:
    story.patient.prescribe(PSL, story.start, 20, 20)
