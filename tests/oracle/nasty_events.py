"""What happens under tacrolimus and after it, at every limit of the rules."""

from tests.omop_rows import ADA, AZA, CSA, IFX, PSL, PSL_IV, PULSE
from tests.oracle.facts import P
from tests.oracle.nasty_start import Story

HYDROCORTISONE = "2452400D1106"
CLOCKS = ("06:00", "07:30", "08:00", "09:00", "10:00", "10:01", "16:00", "18:59", "04:59")


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
        _scope(story, start + story.one_of(-731, -730, -60, -31, -30, -20, -20, 0, 2, 3, 4))
    for day in range(0, story.one_of(3, 20, 60), story.one_of(1, 3)):
        _trough(story, start + day)
    if story.rarely(0.6):
        patient.observe("trough_target_low", start, 10)
        if story.rarely(0.7):
            patient.observe("trough_target_low", start + story.one_of(0, 14, 21, 40, 400), story.one_of(5, 5, 8))
    _remit(story)
    _harm(story)


def _trough(story: Story, day: int) -> None:
    value = story.chance.choice([3, 8, 9.9, 10, 10, 12, 15, 15.1, 18])
    operator = story.chance.choice([None] * 8 + [4171756, 4171754])
    story.patient.measure("tacrolimus_level", day, value, story.chance.choice(CLOCKS), operator_concept_id=operator)


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
        day = story.chance.choice([start, start + 1, start + 20, story.remission - 1, story.remission])
        kind = story.one_of(0, 1, 2, 3, 3, 3)
        if kind == 0:
            patient.infuse(IFX, day, 300)
        elif kind == 1:
            patient.infuse(CSA, day, 250)
        elif kind == 2:
            patient.operate(day)
        else:
            _high_dose(story, day)


def _high_dose(story: Story, day: int) -> None:
    """One or two days at 29 or 30 mg, hydrocortisone below and above, a pulse at the limit; at times with infliximab."""
    patient = story.patient
    kind = story.one_of(0, 1, 2, 3, 4)
    if kind <= 1:
        mg = story.one_of(29, 30, 30, 60)
        for i in range(story.one_of(1, 2, 3)):
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


def after_remission(story: Story) -> None:
    """Relapse by each criterion near its limits; azathioprine; steroid around 24 weeks."""
    patient, start, chance = story.patient, story.start, story.chance
    if story.rarely(0.35):
        near = story.chance.choice([story.remission, story.remission + 1, story.end, story.end + 40])
        _high_dose(story, near)
    if story.rarely(0.3):
        product = chance.choice([IFX, ADA])
        day = story.chance.choice(
            [story.end - 29, story.end - 28, story.end, story.end + 28, story.end + 29, story.remission + 1]
        )
        key = patient.infuse(product, day, 300)
        if story.rarely(0.7):
            field, concept = 2000000142, story.one_of(2000000154, 2000000154, 2000000153)
            patient.observe("medication_indication", day, concept=concept, event=key, field=field)
        if story.rarely(0.5):
            patient.measure("clinical_activity_index", day + story.one_of(-1, 0, 1), story.one_of(3, 4, 5))
        patient.infuse(product, day + 56, 300)
    if story.rarely(0.2):
        patient.observe("trough_target_low", start + story.one_of(60, 90, 120), story.one_of(5, 9, 10, 10))
    for begin, _ in story.fills:
        if story.rarely(0.3):
            _trough(story, begin + story.one_of(0, 1, 13, 14, 15))
    if story.rarely(0.4):
        days = story.one_of(12, 13, 14, 15)
        patient.prescribe(AZA, story.chance.choice([start - 1, start, story.end - 13, story.end - 12]), days, 50)
    if story.rarely(0.4):
        patient.prescribe(PSL, start + story.one_of(147, 152, 153, 154, 182, 183), story.one_of(1, 2, 7), 1)
    if story.rarely(0.05):
        patient.operate(
            story.chance.choice([story.remission + 1, story.end, story.end + 28, story.end + 29, story.end + 300])
        )


def around_the_end(story: Story) -> None:
    """Endoscopies at the borders of the window, ties in distance and on a day; results around the end."""
    for _ in range(story.one_of(0, 1, 1, 2, 3)):
        _scope(story, story.end + story.one_of(-43, -42, -10, -5, 0, 5, 10, 28, 29))
    for _ in range(story.one_of(0, 1, 2, 3)):
        day = story.end + story.one_of(-15, -14, -3, -3, 0, 3, 14, 15)
        for name in ("clinical_activity_index", "hemoglobin", "albumin", "c_reactive_protein"):
            value = story.one_of(1, 2, 3, 4, 6)
            story.patient.measure(name, day, value, story.chance.choice(CLOCKS))


def _scope(story: Story, day: int) -> None:
    mayo = None if story.rarely() else story.one_of(0, 1, 1, 2, 3)
    uceis = None if story.rarely(0.15) else story.one_of(0, 1, 3, 5, 8)
    extent = story.chance.choice([None, "E1", "E2", "E2", "E3"])
    kind = "sigmoidoscopy" if story.rarely(0.15) else "colonoscopy"
    story.patient.scope(day, mayo, uceis, extent, kind, complete=not story.rarely(0.08))
    if story.rarely():
        story.patient.scope(day, story.one_of(0, 1, 2, 3), story.one_of(0, 4))


def contacts(story: Story) -> None:
    """Visits until a last one that lies before or after the windows; death."""
    patient, start = story.patient, story.start
    last = start + story.one_of(60, 153, 154, 167, 168, 182, 400, 900, 2200)
    for day in range(start + 30, last, 60):
        patient.visit(day)
    patient.visit(last)
    if story.rarely(0.04):
        patient.visit(3000)
    if story.rarely(0.06):
        patient.die(story.chance.choice([last, last + 10, start + 100, start + 168]))
    if story.rarely(0.05):
        patient.stay(last, last + 5)
