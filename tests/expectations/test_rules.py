"""Each kind of rule, on a few literal rows: it passes, and it fails for the reason that its sentence names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from expectations import derived
from expectations.result import Result
from expectations.run import evaluate
from warehouse.connection import connect

Build = Callable[..., Path]
Rows = list[dict[str, object]]


Verdict = Callable[[Path, str], Result]


@pytest.fixture
def verdict(monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """`verdict(file, rule)`: the result of one rule, asked alone."""

    def ask(file: Path, rule: str) -> Result:
        monkeypatch.setattr("expectations.run.rules", lambda t: [r for r in derived.rules(t) if r.id == rule])
        return next(r for r in evaluate(file, [rule.rpartition(".")[0]]) if r.rule == rule)

    return ask


FILE = {
    "file_id": 1,
    "records": 10,
    "accepted": 8,
    "quarantined": 1,
    "waived": 0,
    "superseded": 1,
    "max_quarantine_share": 0.2,
}
REMITTER = {"person_id": 1, "course_id": 11}
EVIDENCE = {**REMITTER, "label": "mucosal_healing", "table_name": "omop.measurement", "row_id": 5}
HEALED = {
    **REMITTER,
    "procedure_occurrence_id": 4,
    "mayo_endoscopic_subscore": 1,
    "mucosal_healing": True,
    "found_mucosal_healing": True,
    "study_group": "mh",
}
GRID_ROW = {
    "person_id": 1,
    "colonoscopy_window": "protocol",
    "relapse_definition": "protocol",
    "time_zero": "remission",
    "time_days": 40,
    "event": True,
    "healed_mes_0_1": True,
}
TIME = {**REMITTER, "time_zero_on": "2018-03-01", "time_days": 40, "event": True}
FOLLOWED = {"study_group": "mh", "t_days": 0, "n_at_risk": 10, "events": 0, "censored": 0, "relapse_percent": 0}

CASES = [
    # rule, rows that keep it, rows that break it, severity
    (
        "staging.accounting.adds_up",
        {"staging__accounting": [FILE]},
        {"staging__accounting": [FILE | {"accepted": 7}]},
        "critical",
    ),
    (
        "staging.accounting.quarantine_share",
        {"staging__accounting": [FILE | {"quarantined": 2}]},
        {"staging__accounting": [FILE | {"quarantined": 3}]},
        "critical",
    ),
    (
        "staging.accounting.quarantine_share",  # one bad record of five is no reason to stop, unless none may be
        {"staging__accounting": [FILE | {"records": 4, "quarantined": 1}]},
        {"staging__accounting": [FILE | {"quarantined": 1, "max_quarantine_share": 0}]},
        "critical",
    ),
    (
        "staging.accounting.quarantine_share",  # what is waived doesn't count
        {"staging__accounting": [FILE | {"quarantined": 9, "waived": 7}]},
        {"staging__accounting": [FILE | {"quarantined": 9, "waived": 6}]},
        "critical",
    ),
    (
        "staging.waiver.has_not_expired",
        {"staging__waiver": [{"waiver": 1, "expired": False}]},
        {"staging__waiver": [{"waiver": 1, "expired": True}]},
        "warning",
    ),
    (
        "staging.waiver.is_needed",
        {"staging__waiver": [{"waiver": 1, "waived": 1}]},
        {"staging__waiver": [{"waiver": 1, "waived": 0}]},
        "warning",
    ),
    (
        "staging.accounting.files_are_complete",
        {"raw__file": [{"file_id": 1, "records": 10}], "staging__accounting": [FILE]},
        {"raw__file": [{"file_id": 2, "records": 10}], "staging__accounting": [FILE]},
        "critical",
    ),
    (
        "staging.patient.key_unique",
        {"staging__patient": [{"person_key": 1}, {"person_key": 2}]},
        {"staging__patient": [{"person_key": 1}, {"person_key": 1}]},
        "critical",
    ),
    (
        "staging.lab_result.person_known",
        {"staging__patient": [{"person_key": 1}], "staging__lab_result": [{"person_key": 1}]},
        {"staging__patient": [{"person_key": 1}], "staging__lab_result": [{"person_key": 2}]},
        "critical",
    ),
    (
        "staging.lab_result.not_after_death",
        {
            "staging__patient": [{"person_key": 1, "death_date": "2018-03-02"}],
            "staging__lab_result": [{"person_key": 1, "collected_at": "2018-03-02 23:00"}],
        },
        {
            "staging__patient": [{"person_key": 1, "death_date": "2018-03-02"}],
            "staging__lab_result": [{"person_key": 1, "collected_at": "2018-03-03 00:00"}],
        },
        "warning",
    ),
    (
        "staging.lab_result.tacrolimus_trough_accepted",
        {"staging__lab_result": [{"analyte": "tacrolimus_trough", "value_number": 100}]},
        {"staging__lab_result": [{"analyte": "tacrolimus_trough", "value_number": 1500}]},
        "critical",
    ),
    (
        "staging.activity_score.total_bounds",
        {"staging__activity_score": [{"total": 21}, {"total": None}]},
        {"staging__activity_score": [{"total": 22}]},
        "critical",
    ),
    (
        "staging.endoscopy.uceis_total_sum_of_components",
        {
            "staging__endoscopy": [
                {"uceis_vascular_pattern": 1, "uceis_bleeding": 1, "uceis_erosions_ulcers": 1, "uceis_total": 3},
                {"uceis_vascular_pattern": 1, "uceis_bleeding": 1, "uceis_erosions_ulcers": None, "uceis_total": 3},
            ]
        },
        {
            "staging__endoscopy": [
                {"uceis_vascular_pattern": 1, "uceis_bleeding": 1, "uceis_erosions_ulcers": 1, "uceis_total": 4}
            ]
        },
        "critical",
    ),
    (
        "staging.endoscopy.healed_yet_severe",
        {"staging__endoscopy": [{"mayo_endoscopic_subscore": 1, "uceis_total": 3}]},
        {"staging__endoscopy": [{"mayo_endoscopic_subscore": 1, "uceis_total": 4}]},
        "warning",
    ),
    (
        "staging.quarantine.is_empty",
        {"staging__accounting": [FILE | {"quarantined": 0}]},
        {"staging__accounting": [FILE], "staging__quarantine": [{"file_id": 1}]},
        "warning",
    ),
    (
        "fhir.ledger.balanced",
        {"fhir__ledger": [{"resource": "Patient", "expected": 2, "emitted": 1, "quarantined": 1}]},
        {"fhir__ledger": [{"resource": "Patient", "expected": 2, "emitted": 1, "quarantined": 0}]},
        "critical",
    ),
    (
        "fhir.condition.subject_resolves",
        {
            "fhir__patient": [{"id": "7", "identifier": [], "managingOrganization": {"reference": "Organization/1"}}],
            "fhir__condition": [
                CONDITION := {
                    "verificationStatus": {"coding": []},
                    "code": {"coding": []},
                    "subject": {"reference": "Patient/7"},
                }
            ],
        },
        {"fhir__condition": [CONDITION]},
        "critical",
    ),
    (
        "omop.drug_exposure.quantity_not_negative",
        {"omop__drug_exposure": [{"quantity": 0.5}, {"quantity": None}]},
        {"omop__drug_exposure": [{"quantity": -0.5}]},
        "critical",
    ),
    (
        "omop.death.concepts_known",
        {"omop__concept": [{"concept_id": 0}], "omop__death": [{"death_type_concept_id": 0}]},
        {"omop__concept": [{"concept_id": 0}], "omop__death": [{"death_type_concept_id": 32817}]},
        "critical",
    ),
    (
        "cohorts.index_course.one_for_each_person",
        {"cohorts__index_course": [{"person_id": 1, "course_id": 11}, {"person_id": 2, "course_id": 21}]},
        {"cohorts__index_course": [{"person_id": 1, "course_id": 11}, {"person_id": 1, "course_id": 12}]},
        "critical",
    ),
    (
        "cohorts.membership.adds_up",
        {"cohorts__membership": [{"in_remission": True, "has_colonoscopy": True}]},
        {"cohorts__membership": [{"in_remission": True, "has_colonoscopy": False}]},
        "critical",
    ),
    (
        "labels.mucosal_healing.has_evidence",
        {"labels__mucosal_healing": [HEALED], "labels__evidence": [EVIDENCE]},
        {"labels__mucosal_healing": [HEALED], "labels__evidence": [EVIDENCE | {"label": "relapse"}]},
        "critical",
    ),
    (
        "labels.mucosal_healing.one_group",
        {"labels__mucosal_healing": [HEALED, {**REMITTER, "reason": "no_mayo_endoscopic_subscore"}]},
        {"labels__mucosal_healing": [HEALED | {"study_group": "nmh"}]},
        "critical",
    ),
    (
        "labels.mucosal_healing.unknown_without_score",
        {"labels__mucosal_healing": [HEALED, {**REMITTER, "reason": "no_mayo_endoscopic_subscore"}]},
        {"labels__mucosal_healing": [HEALED | {"mayo_endoscopic_subscore": None}]},
        "critical",
    ),
    (
        "labels.adjudication.readable",
        {"labels__adjudication": [{"record": 1, "verdict": "applied"}, {"record": 2, "verdict": "superseded"}]},
        {"labels__adjudication": [{"record": 1, "verdict": "unknown_person"}]},
        "warning",
    ),
    (
        "labels.calprotectin.within_window",
        {"labels__calprotectin": [{"measurement_id": 1, "days_from_colonoscopy": -30}]},
        {"labels__calprotectin": [{"measurement_id": 1, "days_from_colonoscopy": 8}]},
        "critical",
    ),
    (
        "marts.record_flow.adds_up",
        {
            "marts__record_flow": [
                {"position": 1, "records": 5},
                {"position": 2, "records": 3},
                {"position": 2, "reason": "superseded", "records": 2},
            ]
        },
        {"marts__record_flow": [{"position": 1, "records": 5}, {"position": 2, "records": 3}]},
        "critical",
    ),
    (
        "marts.record_flow.starts_with_the_input",
        {"raw__file": [{"records": 5}], "marts__record_flow": [{"step": "landed", "records": 5}]},
        {"raw__file": [{"records": 5}], "marts__record_flow": [{"step": "landed", "records": 4}]},
        "critical",
    ),
    (
        "marts.patient_flow.adds_up",
        {
            "marts__patient_flow": [
                {"position": 1, "patients": 4},
                {"position": 2, "patients": 1},
                {"position": 2, "patients": 2},
                {"position": 2, "reason": "minor", "patients": 1},
            ]
        },
        {"marts__patient_flow": [{"position": 1, "patients": 4}, {"position": 2, "patients": 5}]},
        "critical",
    ),
    (
        "marts.sensitivity_spell.the_protocol_s_row_is_the_main_result",
        {"marts__sensitivity_spell": [GRID_ROW], "labels__follow_up": [TIME], "labels__mucosal_healing": [HEALED]},
        {
            "marts__sensitivity_spell": [GRID_ROW | {"healed_mes_0_1": None}],
            "labels__follow_up": [TIME],
            "labels__mucosal_healing": [HEALED],
        },
        "critical",
    ),
    (
        "labels.relapse.after_time_zero",
        {"labels__relapse": [{"time_zero_on": "2018-03-01", "relapse_on": "2018-03-02"}, {"relapse_on": None}]},
        {"labels__relapse": [{"time_zero_on": "2018-03-01", "relapse_on": "2018-03-01"}]},
        "critical",
    ),
    (
        "labels.follow_up.never_negative",
        {"labels__follow_up": [{"time_days": 0}, {"time_days": None}]},
        {"labels__follow_up": [{"time_days": -1}]},
        "critical",
    ),
    (
        "marts.attrition.adds_up",
        {
            "marts__attrition": [
                {"step_number": 1, "step": "tacrolimus", "n": 5, "left_before": 0},
                {"step_number": 2, "step": "clinical_remission", "n": 3, "left_before": 2},
            ]
        },
        {
            "marts__attrition": [
                {"step_number": 1, "step": "tacrolimus", "n": 5, "left_before": 0},
                {"step_number": 2, "step": "clinical_remission", "n": 3, "left_before": 1},
            ]
        },
        "critical",
    ),
    (
        "marts.survival_curve.starts_at_zero",
        {"marts__survival_curve": [FOLLOWED]},
        {"marts__survival_curve": [FOLLOWED | {"relapse_percent": 10}]},
        "critical",
    ),
    (
        "marts.survival_curve.at_risk_adds_up",
        {"marts__survival_curve": [FOLLOWED, FOLLOWED | {"t_days": 9}]},
        {"marts__survival_curve": [FOLLOWED, FOLLOWED | {"t_days": 9, "n_at_risk": 11}]},
        "critical",
    ),
    (
        "marts.paper_comparison.nothing_different",
        {"marts__paper_comparison": [{"verdict": "exact"}]},
        {"marts__paper_comparison": [{"verdict": "different"}]},
        "warning",
    ),
]


@pytest.mark.parametrize(("rule", "kept", "broken", "severity"), CASES, ids=[case[0] for case in CASES])
def test_rule_passes_and_fails(
    build: Build, verdict: Verdict, rule: str, kept: dict[str, Rows], broken: dict[str, Rows], severity: str
) -> None:
    assert verdict(build(**kept), rule).verdict == "passed"
    failure = verdict(build(**broken), rule)
    assert (failure.verdict, failure.severity) == ("failed", severity)
    assert failure.failed == 1


def test_columns_out_of_order_are_critical(build: Build, verdict: Verdict) -> None:
    file = build()
    with connect(file) as connection:
        connection.execute("create or replace table staging.site (time_zone varchar, site varchar)")
    found = verdict(file, "staging.site.columns")
    assert (found.verdict, found.severity) == ("failed", "critical")


@pytest.mark.parametrize(
    ("troughs", "failed", "expected"),
    [
        ([11.0, 16.0], 1, "passed"),  # half of them outside is still tolerated
        ([11.0, 16.0, 9.9], 2, "failed"),
        ([10.0, 15.0], 0, "passed"),  # both ends belong to the range
    ],
)
def test_induction_troughs_are_judged_by_their_share(
    build: Build, verdict: Verdict, troughs: list[float], failed: int, expected: str
) -> None:
    file = build(
        labels__target_attainment=[{"person_id": 1, "first_in_target_on": "2018-01-05", "switch_on": "2018-01-20"}],
        omop__measurement=[
            {
                "measurement_id": number,
                "person_id": 1,
                "measurement_concept_id": 3026250,
                "measurement_date": "2018-01-06",
                "value_as_number": trough,
            }
            for number, trough in enumerate(troughs)
        ]
        # before the first trough in range and after the switch nothing is judged
        + [
            {"person_id": 1, "measurement_concept_id": 3026250, "measurement_date": day, "value_as_number": 3}
            for day in ("2018-01-04", "2018-01-20")
        ],
    )
    found = verdict(file, "labels.target_attainment.induction_troughs")
    assert (found.failed, found.evaluated, found.verdict) == (failed, len(troughs), expected)
