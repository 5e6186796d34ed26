"""What happens from the start of tacrolimus to remission, at every limit of the rules."""

from tests.omop_rows import CSA, IFX, PSL_IV, PULSE, on
from tests.oracle.facts import P
from tests.oracle.nasty_story import Story

HYDROCORTISONE = "2452400D1106"
CLOCKS = ("06:00", "07:30", "08:00", "09:00", "10:00", "10:01", "15:59", "16:00", "18:59", "04:59", "05:00")


def at_the_start(story: Story) -> None:
    """Scores, results and endoscopies around both starts; weight; troughs; the first months."""
    patient, start, chance = story.patient, story.start, story.chance
    for _ in range(chance.randint(2, 6)):
        day = start + story.one_of(-45, -30, -21, -14, -8, -7, -6, -1, 0, 0, 1)
        patient.measure("clinical_activity_index", day, story.one_of(4, 5, 6, 10, 12), chance.choice(CLOCKS))
        for name, value in (("hemoglobin", 10.1), ("albumin", 3.3), ("c_reactive_protein", 0.04)):
            if chance.random() < 0.8:
                operator = 4171756 if name == "c_reactive_protein" and story.rarely(0.4) else None
                number = None if story.rarely(0.05) else value + chance.randint(0, 20) / 10
                patient.measure(name, day, number, chance.choice(CLOCKS), operator_concept_id=operator)
    for _ in range(story.one_of(0, 1, 2, 3)):
        patient.measure("body_weight", start - story.one_of(-1, 0, 1, 13, 14, 15), chance.randint(38, 90))
    for _ in range(story.one_of(0, 1, 2, 3)):
        examine(story, start + story.one_of(-731, -730, -60, -31, -30, -20, -20, 0, 2, 3, 4))
    if story.rarely(0.03):  # treatment began elsewhere
        draw_trough(story, start - 1)
    for day in range(0, story.one_of(3, 20, 60), story.one_of(1, 3)):
        draw_trough(story, start + day)
    if story.rarely(0.6):
        patient.observe("trough_target_low", start, 10)
        if story.rarely(0.7):
            patient.observe("trough_target_low", start + story.one_of(0, 14, 21, 40, 400), story.one_of(5, 5, 8))
    _remit(story)
    _harm(story)


def draw_trough(story: Story, day: int) -> None:
    """A level, its time at the limits of a morning draw or unknown, its value at those of the target."""
    value = story.chance.choice([3, 8, 9.9, 10, 10, 12, 15, 15.1, 18])
    operator = story.chance.choice([None] * 8 + [4171756, 4171754])
    if story.rarely(0.03):
        story.patient.add(
            "measurement", measurement_concept_id=P["tacrolimus_level"], measurement_date=on(day), value_as_number=value
        )
    else:
        clock = story.chance.choice(CLOCKS)
        story.patient.measure("tacrolimus_level", day, value, clock, operator_concept_id=operator)


def _remit(story: Story) -> None:
    """Activity indices in and beside the window; rescue before them at times."""
    patient, start, chance = story.patient, story.start, story.chance
    story.remission = start + 28
    for day in sorted({story.one_of(27, 28, 29, 40, 56, 70, 83, 84, 85) for _ in range(chance.randint(1, 4))}):
        score = story.one_of(2, 3, 4, 4, 4, 5, 8)
        patient.measure("clinical_activity_index", start + day, score, chance.choice(CLOCKS))
        if story.rarely(0.08):
            patient.measure("clinical_activity_index", start + day, story.one_of(3, 6), "12:00")
        if score <= 4 and day in range(28, 85):
            story.remission = start + day
            break
    if story.rarely(0.2):
        day = story.chance.choice([start - 1, start, start + 1, start + 20, story.remission - 1, story.remission])
        kind = story.one_of(0, 1, 2, 3, 3, 3)
        if kind == 0:
            patient.infuse(IFX, day, 300)
        elif kind == 1:
            patient.infuse(CSA, day, 250)
        elif kind == 2:
            patient.operate(day)
        else:
            give_high_dose(story, day)


def give_high_dose(story: Story, day: int) -> None:
    """One or two days at 29 or 30 mg, hydrocortisone below and above, a pulse at the limit."""
    patient = story.patient
    kind = story.one_of(0, 1, 2, 3, 4)
    if kind <= 1:
        mg = story.one_of(29, 30, 30, 60)
        for i in range(story.one_of(1, 2, 3)):
            mg += 10 if i and story.rarely(0.3) else 0
            patient.give(PSL_IV, day + i + (1 if i and story.rarely(0.2) else 0), mg, route=4171047)
    elif kind == 2:
        patient.infuse(PULSE, day, story.one_of(240, 250, 500))
        if story.rarely(0.4):
            patient.infuse(IFX, day, 300)
    elif kind == 3:
        for i in range(2):
            patient.give(HYDROCORTISONE, day + i, story.one_of(100, 116, 120), route=4171047)
    else:
        patient.give(PSL_IV, day, 15, "08:00", route=4171047)
        patient.give(PSL_IV, day, 15, "20:00", route=4171047)
        patient.give(PSL_IV, day + 1, 30, route=story.one_of(4171047, 4132161))


def _harm(story: Story) -> None:
    """Creatinine and magnesium at the limits, recorded events at the borders of the window."""
    patient, start = story.patient, story.start
    patient.measure("creatinine", start - story.one_of(0, 1, 7, 8), 0.8)
    for _ in range(story.one_of(0, 1, 3)):
        day = start + story.one_of(0, 1, 2, 3, 30)
        patient.measure(
            "creatinine", day, story.chance.choice([0.8, 1.09, 1.1, 1.19, 1.2, 1.4]), story.chance.choice(CLOCKS)
        )
    if story.rarely(0.2):  # 48 hours and the minute beside
        patient.measure("creatinine", start + 10, 0.6, "09:00")
        patient.measure("creatinine", start + 12, 0.9, story.chance.choice(["08:59", "09:00", "09:01"]))
    for _ in range(story.one_of(0, 0, 1)):
        day = story.chance.choice([start - 1, start, start + 10, story.end, story.end + 7, story.end + 8])
        low = story.chance.choice([None, None, 1.7])
        patient.measure("magnesium", day, story.chance.choice([1.69, 1.7, 1.79, 1.8]), range_low=low)
    if story.rarely(0.3):
        day = story.chance.choice([start - 1, start, start + 20, story.end, story.end + 7, story.end + 8])
        name = story.chance.choice(["tremor", "renal_impairment", "headache", "hypomagnesemia"])
        key = patient.diagnose(day, "R51", concept=P[name], suspected=story.rarely())
        if story.rarely(0.4):
            patient.observe(
                "adverse_event_action", day, concept=story.one_of(2000000183, 2000000182), event=key,
                field=2000000143,
            )  # fmt: skip


def examine(story: Story, day: int) -> None:
    """An endoscopy, at times without a score, incomplete, or twice on the day."""
    mayo = None if story.rarely() else story.one_of(0, 1, 1, 2, 3)
    uceis = None if story.rarely(0.15) else story.one_of(0, 1, 3, 5, 8)
    extent = story.chance.choice([None, "E1", "E2", "E2", "E3"])
    kind = "sigmoidoscopy" if story.rarely(0.15) else "colonoscopy"
    story.examined.append(day)
    story.patient.scope(day, mayo, uceis, extent, kind, complete=not story.rarely(0.08))
    if story.rarely():
        story.patient.scope(day, story.one_of(0, 1, 2, 3), story.one_of(0, 4))
