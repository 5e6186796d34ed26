"""Tacrolimus itself: held days, early refills, gaps, stop orders, another course, the data lock."""

from tests.omop_rows import LOCK, OINTMENT, TAC, TAC_IV
from tests.oracle.nasty_story import Story

HALF, FIVE, GRACEPTOR = "3999014M2029", "3999014M3025", "3999014N2024"
TOPICAL = 4263689


def treat_with_tacrolimus(story: Story) -> None:
    """A stay with doses twice a day, then prescriptions."""
    patient, start = story.patient, story.start
    if story.rarely(0.02):
        patient.prescribe(OINTMENT if story.rarely(0.5) else TAC, start, 30, route=TOPICAL)
        return
    day = start
    if story.rarely(0.75):
        day = _in_hospital(story, day)
    if day == start or story.rarely(0.97):
        _out_of_hospital(story, day)
    if story.rarely(0.1):
        _dip(story)
    if story.rarely(0.15):
        again = story.end + story.one_of(1, 14, 15, 16, 17, 60)
        patient.prescribe(TAC, again, 28, 4)
        if story.rarely(0.3):
            patient.give(TAC_IV, again + 30, 2, "10:00", route=4171047)
    if story.rarely(0.03):
        patient.prescribe(TAC, LOCK - story.one_of(26, 27, 28, 29), 28, 4)
    if story.rarely(0.03):
        last = story.end + story.one_of(-5, 1, 10)
        until = LOCK + story.one_of(-1, 0, 1)
        patient.prescribe(TAC, last, until - last + 1, 2, stopped=until if story.rarely(0.2) else None)


def _dip(story: Story) -> None:
    """A lower dose for about a week, then the old one with a trough in the target of induction."""
    patient, first = story.patient, story.end + 1
    back = first + 28 + story.one_of(6, 7, 8)
    for day, mg in ((first, 8), (first + 28, 4), (back, 8)):
        patient.prescribe(TAC, day, 28, mg)
    patient.measure("tacrolimus_level", back + story.one_of(0, 14, 15), 12, "07:30")
    story.end = back + 27


def _in_hospital(story: Story, day: int) -> int:
    """Doses in one stay; the held days lie at the limit."""
    patient = story.patient
    first, last = day - story.one_of(0, 1, 10), day + story.one_of(14, 20, 35)
    moved = day + story.one_of(3, 7) if story.rarely(0.15) else None  # to another ward or hospital, a visit of its own
    story.stay = patient.stay(first, last if moved is None else moved)
    mg = story.one_of(2, 3, 4)
    while day <= last:
        if moved is not None and day > moved:
            story.stay, moved = patient.stay(moved + story.one_of(0, 1), last), None
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
            both = stopped is not None and story.rarely(0.5)
            patient.prescribe(HALF, begin, supply + story.one_of(0, 0, -7), 1, stopped=begin + 10 if both else None)
        story.fills.append(begin)
        cover = max(cover, begin + supply - 1)
        day = begin + 1
        mg *= story.chance.choice([1, 1, 1, 1.24, 1.25, 1.5, 0.5])
    story.end = cover if stopped is None else stopped
