"""Laboratory results and body weight: troughs, panels around the three baselines, laboratory adverse events."""

from simulation.chart import Chart
from simulation.course import LABORATORY, Course
from simulation.schedule import Detail, Schedule, in_end_window

ANALYTES = {  # analyte: LOINC, name on the report, unit, decimals, reference range (schemas/codes/analyte.csv)
    "tacrolimus_trough": ("11253-2", "タクロリムス", "ng/mL", 1, None, None),
    "hemoglobin": ("718-7", "ヘモグロビン", "g/dL", 1, 11.6, 16.8),
    "albumin": ("1751-7", "アルブミン", "g/dL", 1, 4.1, 5.1),
    "crp": ("1988-5", "ＣＲＰ", "mg/dL", 2, 0, 0.14),
    "creatinine": ("2160-0", "クレアチニン", "mg/dL", 2, 0.46, 1.07),
    "potassium": ("2823-3", "カリウム", "mEq/L", 1, 3.6, 4.8),
    "magnesium": ("19123-9", "マグネシウム", "mg/dL", 1, 1.8, 2.4),
    "calprotectin": ("38445-3", "便中カルプロテクチン", "ug/g", 0, 0, 50),
}
CRP_REPORTING_LIMIT = 0.04  # mg/dL; the hospital prints "<0.04" at it (audit B10)
TARGET_LOW, TARGET_HIGH = 10, 15  # ng/mL
MAINTENANCE_TROUGH = (5.1, 9.4)  # below 10 until a relapse escalates it
INDUCTION_TROUGH = (10.2, 14.6)
BELOW_TARGET = (3.5, 9.6)
RENAL_RISE = 1.7  # D19: 1.5 times the baseline or more
LOW_MAGNESIUM = (1.3, 1.6)  # mg/dL, below the lower limit of 1.8 (D19)
NORMAL_MAGNESIUM = (1.9, 2.4)
CALPROTECTIN_LIMITS = (20, 1800)  # ug/g; the assay prints "<20" and ">1800" beyond them
CALPROTECTIN_WINDOW = range(-40, 12)  # days around the colonoscopy: some too early or too late to be used (D20)
CALPROTECTIN_ASSAYS = (("2017-06", None), ("2018-03", "ELISA"), ("9999", "FEIA"))  # up to the month: what is printed
CALPROTECTIN_HEALED = (4.4, 1.0)  # logarithm of ug/g, mean and standard deviation
CALPROTECTIN_INFLAMED = (6.5, 0.9)


def result(chart: Chart, day: int, analyte: str, value: float, clock: str = "07:00") -> None:
    """One result drawn at `clock` and reported two hours later, in the analyte's usual unit."""
    code, name, unit, decimals, low, high = ANALYTES[analyte]
    printed = f"{value:.{decimals}f}"
    if analyte == "crp" and value == CRP_REPORTING_LIMIT:
        printed = f"<{printed}"
    if analyte == "calprotectin" and not CALPROTECTIN_LIMITS[0] <= value <= CALPROTECTIN_LIMITS[1]:
        printed = f"<{CALPROTECTIN_LIMITS[0]}" if value < CALPROTECTIN_LIMITS[0] else f">{CALPROTECTIN_LIMITS[1]}"
    hour, minute = clock.split(":")
    chart.add(
        "lab_result", encounter_id=chart.encounter(day), code=code, name=name, collected_at=chart.at(day, clock),
        reported_at=chart.at(day, f"{int(hour) + 2:02d}:{minute}"), value=printed, unit=unit, status="final",
        reference_low=low, reference_high=high,
        method=None if analyte != "calprotectin" else _assay(chart.on(day)),
    )  # fmt: skip


def _assay(day: str) -> str | None:
    """The laboratory named no assay at first, and later changed it."""
    return next(assay for until, assay in CALPROTECTIN_ASSAYS if day[:7] <= until)


def panel(chart: Chart, day: int, values: dict[str, float]) -> None:
    """Several analytes of one specimen: at 06:30 in a stay, at a visit's start otherwise."""
    clock = "06:30" if chart.in_stay(day) else "08:50"
    for analyte, value in values.items():
        result(chart, day, analyte, value, clock)


def weigh(chart: Chart, day: int, weight_kg: float) -> None:
    """Body weight of a day."""
    clock = "06:50" if chart.in_stay(day) else "09:00"
    chart.add(
        "vital_sign", encounter_id=chart.encounter(day), code="29463-7", measured_at=chart.at(day, clock),
        value=f"{weight_kg:.1f}", unit="kg",
    )  # fmt: skip


def draw_troughs(chart: Chart, course: Course, schedule: Schedule) -> None:
    """Troughs at 07:00: daily until the target is first reached, every third day in the stay, then at visits.

    The first of 10 ng/mL or more falls on `time_to_target`. After the step-down none reaches 10 until treatment is
    escalated (R4).
    """
    rng, reached = chart.rng, course.time_to_target
    daily_to = min(reached or 14, course.tac_duration)
    for day in range(1, daily_to + 1):
        at_target = reached is not None and day == reached
        result(chart, day, "tacrolimus_trough", rng.uniform(*(INDUCTION_TROUGH if at_target else BELOW_TARGET)))
    if reached is not None and reached > 2 and rng.random() < 0.15:  # drawn after the dose: high, and no trough
        result(chart, reached - 1, "tacrolimus_trough", rng.uniform(16, 22), "11:30")
    later = set(range(daily_to + 3, course.discharge, 3)) | set(schedule.clinic)
    escalated = course.relapse_day if course.relapse_type == "R4" else None
    if escalated is not None:
        later.add(min(escalated + rng.randint(4, 7), course.last_contact))
    for day in sorted(d for d in later if daily_to < d <= course.tac_duration):
        if reached is None:
            bounds = BELOW_TARGET
        elif schedule.switch is None or day <= schedule.switch or (escalated is not None and day > escalated):
            bounds = INDUCTION_TROUGH
        else:
            bounds = MAINTENANCE_TROUGH
        result(chart, day, "tacrolimus_trough", rng.uniform(*bounds), "07:00" if chart.in_stay(day) else "08:45")


def _around(chart: Chart, course: Course, day: int) -> dict[str, float]:
    """Hemoglobin, albumin and CRP on a day between the baselines: drifting from one to the next, with noise."""
    before, end = course.baselines["pretac"], course.baselines["endtac"]
    share = min(max(day / max(course.tac_duration, 1), 0.0), 1.0)
    ill = course.relapse_day is not None and course.relapse_day <= day <= course.relapse_day + 21
    values = {}
    for analyte, low, high, noise in (("hemoglobin", 6.0, 17.5, 0.5), ("albumin", 1.6, 5.3, 0.2)):
        at_day = getattr(before, analyte) + share * (getattr(end, analyte) - getattr(before, analyte))
        values[analyte] = min(max(chart.rng.gauss(at_day - (0.8 if ill else 0), noise), low), high)
    crp = before.crp * max(0.0, 1 - 3 * share) + share * end.crp + (2.0 if ill else 0)
    values["crp"] = max(CRP_REPORTING_LIMIT, round(crp * chart.rng.uniform(0.5, 1.6), 2))
    return values


def _safety(chart: Chart, creatinine: float) -> dict[str, float]:
    """Creatinine close to the patient's own level, potassium and magnesium in range."""
    rng = chart.rng
    return {
        "creatinine": creatinine * rng.uniform(0.94, 1.06),
        "potassium": rng.uniform(3.7, 4.8),
        "magnesium": rng.uniform(*NORMAL_MAGNESIUM),
    }


def draw_panels(
    chart: Chart, course: Course, schedule: Schedule, detail: Detail, laboratory_events: dict[str, int]
) -> None:
    """Panels on the baseline days with exactly the baseline's values, around them, weekly in the stay, at visits.

    `laboratory_events` gives the day of each adverse event that shows in the laboratory.
    """
    rng = chart.rng
    exact = {schedule.before_psl: "prepsl", schedule.before_tac: "pretac"}
    if schedule.end_visit is not None:
        exact[schedule.end_visit] = "endtac"
    step = 7 if detail.background else 14
    stay = {d for d in range(step, course.discharge, step) if not in_end_window(course, schedule, d)}
    days = set(exact) | set(schedule.clinic) | set(laboratory_events.values()) | stay
    if detail.background:
        days |= {schedule.before_psl - rng.randint(3, 8)}
        days |= {d for d in range(course.psl_start + 4, schedule.before_tac - 1, 6) if d >= course.admission}
    creatinine = rng.uniform(0.5, 0.9) + (0.1 if course.male else 0)
    for day in sorted(days):
        if day in exact:
            known = course.baselines[exact[day]]
            values = {analyte: float(getattr(known, analyte)) for analyte in LABORATORY.values()}
        else:
            values = _around(chart, course, day)
        if day <= course.tac_duration + 7 or detail.background:
            values |= _safety(chart, creatinine)
        if day == laboratory_events.get("renal_impairment"):
            values["creatinine"] = creatinine * RENAL_RISE
        if day == laboratory_events.get("hypomagnesemia"):
            values["magnesium"] = rng.uniform(*LOW_MAGNESIUM)
        panel(chart, day, values)
    end = course.colonoscopy_day
    # the paper's hospital did not measure it
    near = [] if end is None or detail.background else [d for d in schedule.clinic if d - end in CALPROTECTIN_WINDOW]
    if near and rng.random() < 0.7:
        healed = (course.baselines["endtac"].mayo or 0) <= 1
        value = rng.lognormvariate(*(CALPROTECTIN_HEALED if healed else CALPROTECTIN_INFLAMED))
        result(chart, rng.choice(near), "calprotectin", value, "09:00")
