"""How a drug is ordered, given and prescribed: the two medication feeds."""

from simulation.chart import Chart
from simulation.products import product
from simulation.schedule import segments

MORNING, EVENING = "08:00", "19:00"


def _amount(chart: Chart, code: str, mg: float) -> tuple[str, str]:
    """Dose and unit as this order writes them: milligrams, or capsules and tablets where they come out even."""
    item = product(code)
    unit = {"capsule": "capsule", "tablet": "tablet"}.get(item.form)
    if unit and mg % item.strength_mg == 0 and chart.rng.random() < 0.3:
        return f"{mg / item.strength_mg:g}", unit
    return f"{mg:g}", "mg"


def order(
    chart: Chart,
    day: int,
    code: str,
    mg: float,
    times_per_day: float,
    start: int,
    days: int,
    setting: str,
    **more: object,
) -> str:
    """One order line written on `day`: `mg` a dose, `times_per_day`, covering `days` from `start`."""
    dose, unit = _amount(chart, code, mg)
    item = product(code)
    fields: dict[str, object] = {
        "encounter_id": chart.encounter(day), "setting": setting,
        "authored_at": chart.at(day, "07:50" if chart.in_stay(day) else "10:30"),
        "product_code": code, "product_name": item.name, "dose": dose, "dose_unit": unit,
        "times_per_day": f"{times_per_day:g}", "start_on": chart.on(start), "days_supply": days,
        "route": item.route, "status": "completed",
    }  # fmt: skip
    return chart.add("medication_request", **(fields | more))


def give(
    chart: Chart,
    day: int,
    clock: str,
    code: str,
    mg: float,
    request: str | None = None,
    status: str = "completed",
) -> None:
    """One dose given (or held) in the hospital."""
    dose, unit = _amount(chart, code, mg)
    item = product(code)
    chart.add(
        "medication_administration", encounter_id=chart.encounter(day), request_id=request, product_code=code,
        product_name=item.name, given_at=chart.at(day, clock), dose=dose, dose_unit=unit, route=item.route,
        status=status,
    )  # fmt: skip


def give_daily(
    chart: Chart,
    first: int,
    last: int,
    code: str,
    mg: float,
    clocks: tuple[str, ...],
    held_share: float = 0.0,
    **more: object,
) -> None:
    """An inpatient order and each of its doses from `first` to `last`, `mg` at every clock time.

    `held_share` of the evening doses is recorded as not given, none on the first or last day.
    """
    if last < first:
        return
    request = order(chart, first, code, mg, len(clocks), first, last - first + 1, "inpatient", **more)
    for day in range(first, last + 1):
        for clock in clocks:
            held = first < day < last and clock == EVENING and chart.rng.random() < held_share
            give(chart, day, clock, code, mg, request, "not-done" if held else "completed")


def prescribe(
    chart: Chart,
    first: int,
    last: int,
    code: str,
    mg: float,
    times_per_day: float,
    visits: tuple[int, ...],
    **more: object,
) -> None:
    """Prescriptions that cover [first, last] without gap or overlap, renewed at the visits in between.

    A prescription that begins the day after a stay is written in the stay.
    """
    for start, end in segments(first, last, visits):
        written = start - 1 if chart.in_stay(start - 1) and start not in visits else start
        order(chart, written, code, mg, times_per_day, start, end - start + 1, "outpatient", **more)
