"""`marts.estimates` and `marts.fair_curve`: the paper's comparison and the fair ones in one table.

Naive time runs from remission although the group is known only at the colonoscopy; every other analysis takes a
different way out of that, and the landmark is the primary one.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assets.marts.estimation import curves, population
from assets.marts.estimation.competing import competing_risks
from assets.marts.estimation.curves import GROUPS
from assets.marts.estimation.models import HEALED, hazard_ratios, on_treatment, time_dependent
from assets.marts.estimation.robustness import by_centre, multiplicity, unmeasured_confounding
from assets.marts.estimation.row import Analysis, Row, frame
from assets.marts.estimation.unexamined import bounds, weighted

REMISSION, COLONOSCOPY = "remission", "end_of_treatment_colonoscopy"
PRIMARY = {"analysis": "landmark", "method": "firth_cox", "term": HEALED}
"""The ratio to quote, without and with age; Firth's, because it has an answer even where no healed patient relapses."""


def estimates(
    patients: pl.DataFrame, spells: pl.DataFrame, tests: pl.DataFrame, parameters: Mapping[str, Any]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Both tables from `marts.patient`, `marts.follow_up_spell` and `marts.test`; what has no answer has a reason."""
    days, confidence = parameters["landmark_days"], parameters["confidence_level"]
    people = population.remitters(patients, spells)
    highest = parameters["mucosal_healing_mes_max"]
    healing, given = f"mes_0_to_{highest}" if highest else "mes_0", {"confidence_level": confidence}

    def named(name: str, time_zero: str = COLONOSCOPY, **params: object) -> Analysis:
        return Analysis(name, time_zero, healing, {**given, **params})

    landmark, left_out = population.landmark(people)
    ended, also_left_out = population.end_of_treatment(people)
    compared = {
        "naive": (named("naive", REMISSION), population.naive(people)),
        "landmark": (named("landmark", left_out=left_out), landmark),
        "delayed_entry": (named("delayed_entry", REMISSION), population.delayed_entry(people)),
    }
    rows: list[Row] = []
    drawn: list[tuple] = []
    for name, (of, whom) in compared.items():
        steps = curves.steps_by_group(whom, GROUPS, confidence)
        drawn += curves.drawn(name, steps)
        rows += curves.rates(of, whom, steps, days) + curves.tests(of, whom, "mh", days)
        rows += hazard_ratios(of, whom, confidence)
        if name != "delayed_entry":  # its curves start at different days, so their areas mean nothing
            rows += curves.restricted_means(of, steps, parameters["restricted_mean_days"], confidence)
    of, others = named("not_examined", REMISSION), population.not_examined(people)
    steps = curves.steps_by_group(others, ("not_examined",), confidence)
    drawn += curves.drawn(of.name, steps)
    rows += curves.rates(of, others, steps, days)
    of, states = named("simon_makuch", REMISSION), population.healing_so_far(spells)
    steps = curves.steps_by_group(states, ("mh", "not_mh_so_far"), confidence)
    drawn += curves.drawn(of.name, steps)
    rows += curves.rates(of, states, steps, days) + curves.tests(of, states, "mh", days)
    rows += time_dependent(named("time_dependent", REMISSION), spells, people, confidence)
    rows += on_treatment(named("on_treatment", REMISSION), spells, confidence)
    rows += competing_risks(named("competing_risks", left_out=left_out), landmark, GROUPS, days, confidence)
    rows += weighted(named("examination_weights", left_out=also_left_out), ended, days, confidence)
    rows += bounds(named("unexamined_best"), named("unexamined_worst"), ended, confidence)
    rows += by_centre(named("centre"), landmark, confidence)
    primary = [row for row in rows if PRIMARY.items() <= row.items()]
    rows += unmeasured_confounding(named("unmeasured_confounding"), primary)
    rows += multiplicity(named("multiplicity", REMISSION), tests)
    return frame(rows), pl.DataFrame(drawn, schema=curves.CURVE, orient="row")
