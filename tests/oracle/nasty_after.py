"""What happens after remission: relapse, the end of tacrolimus, the last contact, at every limit of the rules."""

from tests.omop_rows import ADA, AZA, IFX, LOCK, PSL, PSL_IV
from tests.oracle.facts import P
from tests.oracle.nasty_story import Story
from tests.oracle.nasty_under import CLOCKS, draw_trough, examine, give_high_dose

LIMITS = ("operator_less", "operator_less_or_equal", "operator_greater", "operator_greater_or_equal")
ASSAYS = ("assay_feia", "assay_elisa", "assay_la", "assay_gca", "assay_poct")
COMMON = (4, 4, 1, 1, 1)
COLECTOMIES = (4096461, 44807810, 4197412)


def relapse(story: Story) -> None:
    """A high dose, a biologic, another target, a dose confirmed by a trough, an operation with cover."""
    if story.rarely(0.35):
        give_high_dose(story, story.one_of(story.remission, story.remission + 1, story.end, story.end + 40))
    if story.rarely(0.3):
        _switch(story)
    if story.rarely(0.2):
        story.patient.observe("trough_target_low", story.start + story.one_of(60, 90, 120), story.one_of(5, 9, 10, 10))
    for begin in story.fills:
        if story.rarely(0.3):
            draw_trough(story, begin + story.one_of(0, 1, 13, 14, 15))
    if story.rarely(0.1):  # in use at remission, or not any more
        since = story.remission - story.one_of(83, 84, 85)
        story.patient.infuse(ADA, min(since, story.start), 40)
        story.patient.infuse(ADA, story.remission + 30, 40)
    if story.rarely(0.08):
        day = story.one_of(story.remission + 1, story.end, story.end + 28, story.end + 29, story.end + 300)
        story.patient.operate(day, story.one_of(*COLECTOMIES))
        first = day + story.one_of(-3, -2, -1, 0, 3, 4)
        for i in range(story.one_of(0, 1, 2, 3, 6)):
            story.patient.give(PSL_IV, first + i, 40, route=4171047)


def _switch(story: Story) -> None:
    """A biologic around the borders of the planned window, for maintenance or not, quiet or not."""
    patient, end = story.patient, story.end
    product = story.chance.choice([IFX, ADA])
    day = story.one_of(end - 29, end - 28, end, end + 28, end + 29, story.remission + 1)
    key = patient.infuse(product, day, 300)
    if story.rarely(0.7):
        concept = story.one_of(2000000154, 2000000154, 2000000153)
        patient.observe("medication_indication", day, concept=concept, event=key, field=2000000142)
    if story.rarely(0.5):
        patient.measure("clinical_activity_index", day + story.one_of(-1, 0, 1), story.one_of(3, 4, 5))
    patient.infuse(product, day + 56, 300)


def take_along(story: Story) -> None:
    """Azathioprine for about two weeks of the course; steroid around 24 weeks."""
    patient, start = story.patient, story.start
    if story.rarely(0.4):
        begin = story.one_of(start - 1, start, story.end - 13, story.end - 12)
        patient.prescribe(AZA, begin, story.one_of(12, 13, 14, 15), 50)
    if story.rarely(0.4):
        patient.prescribe(PSL, start + story.one_of(147, 152, 153, 154, 182, 183), story.one_of(1, 2, 7), 1)


def around_the_end(story: Story) -> None:
    """Endoscopies at the borders of the window, ties in distance and on a day; results around the end."""
    for _ in range(story.one_of(0, 1, 1, 2, 3)):
        examine(story, story.end + story.one_of(-43, -42, -10, -5, 0, 5, 10, 28, 29))
    for _ in range(story.one_of(0, 1, 2, 3)):
        day = story.end + story.one_of(-15, -14, -3, -3, 0, 3, 14, 15)
        for name in ("clinical_activity_index", "hemoglobin", "albumin", "c_reactive_protein"):
            value = story.one_of(1, 2, 3, 4, 6)
            story.patient.measure(name, day, value, story.chance.choice(CLOCKS))


def measure_stool(story: Story) -> None:
    """Calprotectin at the borders of its window, at the cut-offs, as a limit, by one assay, two or none named."""
    patient, chance = story.patient, story.chance
    for _ in range(story.one_of(0, 1, 1, 2, 3) if story.examined else 0):
        day = chance.choice(story.examined) + story.one_of(-31, -30, -3, -3, 0, 3, 7, 8)
        named = chance.sample(ASSAYS, counts=COMMON, k=chance.choices([0, 1, 2], [20, 70, 10])[0])
        cut_off = P.get(f"calprotectin_cut_off_{named[0].removeprefix('assay_')}_ug_g" if named else "", 250)
        value = chance.choice([20, 249, 250, 251, cut_off - 1, cut_off, cut_off, cut_off + 1, 1800])
        sign = chance.choice([None, None, None, *(P[name] for name in LIMITS)])
        result = patient.measure("calprotectin", day, value, chance.choice(CLOCKS), operator_concept_id=sign)
        for name in named:
            patient.observe("assay", day, concept=P[name], event=result, field=P["event_field_measurement"])


def contacts(story: Story) -> None:
    """Visits until a last one that lies before or after the windows; death."""
    patient, start = story.patient, story.start
    last = start + story.one_of(60, 153, 154, 167, 168, 182, 400, 900, 2200)
    for day in range(start + 30, last, 60):
        patient.visit(day)
    patient.visit(last)
    if story.rarely(0.04):
        patient.visit(LOCK)
    if story.rarely(0.06):
        patient.die(story.chance.choice([last, last + 10, start + 100, start + 168]))
    if story.rarely(0.05):
        patient.stay(last, last + 5)
