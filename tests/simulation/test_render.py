"""Raw events say exactly what the course says: the study's rules, applied by hand to the files."""

import unicodedata
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from simulation.hospital import simulate_paper

TACROLIMUS = ("3999014M", "3999014D", "3999014F", "3999014N", "3999416A")
PREDNISOLONE_ORAL = ("2456001F", "DEMO-PSL1")
PREDNISOLONE_IV = ("DEMO-PSLIV20",)
PULSE = ("2456400D",)
STEROIDS = (*PREDNISOLONE_ORAL, *PREDNISOLONE_IV, *PULSE, "2452400D")
BIOLOGICS = ("2399402F", "2399403F", "3999426G", "3999433G", "2399405F", "3999431A")
LOINC = {"hemoglobin": "718-7", "albumin": "1751-7", "crp": "1988-5"}
DAY = timedelta(days=1)


def on(text: str | None) -> date:
    assert text is not None
    return date.fromisoformat(text[:10])


def value(row: dict[str, str]) -> float:
    text = unicodedata.normalize("NFKC", row["value"]).strip().lstrip("<")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def total(row: dict[str, str]) -> int:
    items = [int(v) for k, v in row.items() if k in ITEMS and v]
    return int(row["total"]) if row["total"] else sum(items)


ITEMS = (
    "stool_frequency", "nocturnal_diarrhea", "visible_blood", "fecal_incontinence", "abdominal_pain",
    "general_wellbeing", "abdominal_tenderness", "antidiarrheal_use",
)  # fmt: skip


def results(hospital: Any, patient: str, loinc: str) -> list[tuple[date, float, dict[str, str]]]:
    """Numeric results of an analyte in order of time, impossible ones left out."""
    rows = [r for r in hospital.of("lab_result", patient) if r["code"] == loinc and r["unit"] != "ng/dL"]
    found = [(r["collected_at"], value(r), r) for r in rows if r["status"] != "cancelled"]
    return [
        (on(at), v, r) for at, v, r in sorted(found, key=lambda f: f[0]) if v == v and v < 1000 and at[5:10] != "02-30"
    ]  # fmt: skip


def scores(hospital: Any, patient: str) -> list[tuple[date, int]]:
    rows = hospital.of("activity_score", patient)
    return sorted((on(r["scored_at"]), total(r)) for r in rows if int(r["stool_frequency"] or 0) <= 4)


def last_in(values: list[tuple[Any, ...]], first: date, last: date) -> Any:
    return [v[1] for v in values if first <= v[0] <= last][-1]


def nearest(values: list[tuple[Any, ...]], day: date) -> Any:
    """The nearest within 14 days; two at the same distance must not disagree."""
    ranked = sorted(values, key=lambda v: abs((v[0] - day).days))
    assert abs((ranked[0][0] - day).days) <= 14
    best = {v[1] for v in ranked if abs((v[0] - day).days) == abs((ranked[0][0] - day).days)}
    assert len(best) == 1
    return best.pop()


def psl_start(hospital: Any, truth: dict[str, Any]) -> date:
    before = [c for c in hospital.courses(truth["patient_id"], *STEROIDS) if c[0] < on(truth["tac_start"])]
    return before[-1][0]


def index_stay(hospital: Any, truth: dict[str, Any]) -> tuple[date, date]:
    stays = [
        (on(r["started_at"]), on(r["ended_at"]))
        for r in hospital.of("encounter", truth["patient_id"])
        if r["class"] == "IMP"
    ]
    return next(s for s in stays if s[0] <= on(truth["tac_start"]) <= s[1])


@pytest.fixture(params=["hospital", "drawn_hospital"])
def rendered(request: pytest.FixtureRequest) -> Any:
    """The paper's cohort, then a population: the same rules hold in both."""
    return request.getfixturevalue(request.param)


def test_index_course_starts_and_ends_on_its_days(rendered: Any) -> None:
    for truth in rendered.cohort:
        first, *later = rendered.courses(truth["patient_id"], *TACROLIMUS)
        assert first[0] == on(truth["tac_start"])
        assert (first[1] - first[0]).days == truth["characteristics"]["tac_duration_days"]
        assert [c[0] for c in later] == ([on(truth["relapse_on"])] if truth["relapse_criterion"] == "R3" else [])


def test_initial_dose_lies_in_the_printed_range(rendered: Any) -> None:
    for truth in rendered.cohort:
        start = on(truth["tac_start"])
        doses = [rendered.mg(r) for d, r in rendered.given(truth["patient_id"], *TACROLIMUS) if d == start]
        assert len(doses) == 2
        weights = [(on(r["measured_at"]), value(r)) for r in rendered.of("vital_sign", truth["patient_id"])]
        weight = last_in(sorted(weights), start - 14 * DAY, start)
        assert weight == truth["characteristics"]["weight_kg"]
        assert all(0.025 <= mg / weight <= 0.075 for mg in doses)


def test_target_is_first_reached_on_its_day(rendered: Any) -> None:
    for truth in rendered.cohort:
        start = on(truth["tac_start"])
        troughs = [
            (d, v) for d, v, r in results(rendered, truth["patient_id"], "11253-2")
            if start <= d and "05:00" <= r["collected_at"][11:16] <= "10:00"
        ]  # fmt: skip
        reached = [(d - start).days for d, v in troughs if v >= 10]
        days = truth["characteristics"]["time_to_target_days"]
        assert (reached[0] if days is not None else None) == days
        if days is not None:
            assert [(d - start).days for d, v in troughs][:days] == list(range(1, days + 1))


def test_baselines_are_found_in_their_windows(rendered: Any) -> None:
    for truth in rendered.cohort:
        patient, start, before = truth["patient_id"], on(truth["tac_start"]), psl_start(rendered, truth)
        measured = {m: [r[:2] for r in results(rendered, patient, c)] for m, c in LOINC.items()}
        measured["cai"] = scores(rendered, patient)
        for measure, found in measured.items():
            assert last_in(found, before - 14 * DAY, before) == truth["baselines"]["prepsl"][measure]
            assert last_in(found, start - 7 * DAY, start) == truth["baselines"]["pretac"][measure]
            end = start + truth["characteristics"]["tac_duration_days"] * DAY
            assert nearest(found, end) == truth["baselines"]["endtac"][measure]


def test_remission_is_the_first_low_score_after_four_weeks(rendered: Any) -> None:
    for truth in rendered.cohort:
        start, patient = on(truth["tac_start"]), truth["patient_id"]
        rescue = [d for d, _ in rendered.given(patient, *BIOLOGICS) if d > start]
        low = [
            d for d, cai in scores(rendered, patient)
            if cai <= 4 and 28 <= (d - start).days <= 84 and not any(b <= d for b in rescue)
        ]  # fmt: skip
        assert (low[0].isoformat() if low else None) == truth["remission_on"]


def test_end_colonoscopy_is_the_only_one_in_its_window(rendered: Any) -> None:
    for truth in rendered.cohort:
        start = on(truth["tac_start"])  # a course under 42 days would reach back to the baseline examination
        end = start + truth["characteristics"]["tac_duration_days"] * DAY
        first = max(start + 4 * DAY, end - 42 * DAY)
        scopes = [
            r for r in rendered.of("endoscopy", truth["patient_id"])
            if r["examination"] == "colonoscopy" and first <= on(r["performed_at"]) <= end + 28 * DAY
        ]  # fmt: skip
        assert [r["performed_at"][:10] for r in scopes] == (
            [truth["colonoscopy_on"]] if truth["colonoscopy_on"] else []
        )
        for r in scopes:
            assert int(r["mayo_endoscopic_subscore"]) == truth["baselines"]["endtac"]["mayo"]
            assert int(r["uceis_total"]) == truth["baselines"]["endtac"]["uceis"]
            assert truth["group"] == ("mh" if int(r["mayo_endoscopic_subscore"]) <= 1 else "nmh")


def test_endoscopies_before_treatment(rendered: Any) -> None:
    for truth in rendered.cohort:
        start = on(truth["tac_start"])
        scopes = sorted(
            (on(r["performed_at"]), (r["mayo_endoscopic_subscore"], r["uceis_total"]))
            for r in rendered.of("endoscopy", truth["patient_id"])
        )  # fmt: skip
        for at, day in (("prepsl", psl_start(rendered, truth)), ("pretac", start)):
            seen = [s for d, s in scopes if day - 30 * DAY <= d <= day + 3 * DAY]
            known = truth["baselines"][at]
            expected = [] if known["mayo"] is None else [(str(known["mayo"]), str(known["uceis"]))]
            assert seen[-1:] == expected


def relapses(rendered: Any, truth: dict[str, Any]) -> list[tuple[date, str]]:
    """All candidate events after remission, by criterion."""
    patient, zero = truth["patient_id"], on(truth["remission_on"])
    by_vein: dict[date, float] = {}
    for d, r in rendered.given(patient, *PREDNISOLONE_IV):
        by_vein[d] = by_vein.get(d, 0) + rendered.mg(r)
    found = [(d, "R1") for d, mg in by_vein.items() if mg >= 30 and by_vein.get(d + DAY, 0) >= 30]
    found += [(d, "R1") for d, r in rendered.given(patient, *PULSE) if rendered.mg(r) >= 250]
    biologics = sorted((d, r["product_code"]) for d, r in rendered.given(patient, *BIOLOGICS))
    known = {code for d, code in biologics if d <= zero}
    planned = {
        r["request_id"] for r in rendered.of("medication_request", patient) if r["indication"] == "maintenance"
    }  # fmt: skip
    orders = {d: r["request_id"] for d, r in rendered.given(patient, *BIOLOGICS)}
    found += [(d, "R2") for d, code in biologics if code not in known and orders[d] not in planned]
    found += [(c[0], "R3") for c in rendered.courses(patient, *TACROLIMUS)[1:]]
    end = rendered.courses(patient, *TACROLIMUS)[0][1]
    high = [
        on(r["ordered_at"]) for r in rendered.of("monitoring_order", patient)
        if float(r["target_low"]) >= 10 and on(r["ordered_at"]) <= end
    ]  # fmt: skip
    found += [(d, "R4") for d in sorted(high) if d > on(truth["tac_start"])]
    return sorted(f for f in found if f[0] > zero)


def test_relapse_is_the_first_candidate_and_fires_on_its_day(rendered: Any) -> None:
    for truth in (t for t in rendered.cohort if t["remission_on"]):
        found = relapses(rendered, truth)
        expected = [(on(truth["relapse_on"]), truth["relapse_criterion"])] if truth["relapse_on"] else []
        assert found[:1] == expected


def test_an_escalation_raises_dose_and_trough(rendered: Any) -> None:
    escalated = [t for t in rendered.cohort if t["relapse_criterion"] == "R4"]
    assert escalated
    for truth in escalated:
        day = on(truth["relapse_on"])
        mg = rendered.taken_mg(truth["patient_id"], *TACROLIMUS)
        assert mg[day] >= 1.25 * mg[day - DAY]
        troughs = results(rendered, truth["patient_id"], "11253-2")
        assert [v for d, v, _ in troughs if day <= d <= day + 14 * DAY and v >= 10]


def test_no_trough_and_dose_rise_before_an_escalation(rendered: Any) -> None:
    for truth in (t for t in rendered.cohort if t["remission_on"]):
        zero, patient = on(truth["remission_on"]), truth["patient_id"]
        end = rendered.courses(patient, *TACROLIMUS)[0][1]
        until = on(truth["relapse_on"]) if truth["relapse_criterion"] == "R4" else end
        mg = rendered.taken_mg(patient, *TACROLIMUS)
        rises = [d for d in mg if zero < d < until and mg.get(d - DAY) and mg[d] >= 1.25 * mg[d - DAY]]
        assert rises == []


def test_prednisolone_of_the_stay_adds_up(rendered: Any) -> None:
    for truth in (t for t in rendered.cohort if t["remission_on"]):
        admitted, discharged = index_stay(rendered, truth)
        last = min(discharged, on(truth["remission_on"]))
        mg = sum(rendered.mg(r) for d, r in rendered.given(truth["patient_id"], *STEROIDS) if admitted <= d <= last)
        assert mg == truth["characteristics"]["psl_total_mg"]


def test_steroid_free_at_24_weeks(rendered: Any) -> None:
    for truth in rendered.cohort:
        expected = truth["characteristics"]["steroid_free_24w"]
        if expected is None:
            continue
        week_24 = on(truth["tac_start"]) + 168 * DAY
        taken = rendered.taken_mg(truth["patient_id"], *STEROIDS)
        assert (not any(week_24 - 14 * DAY <= d <= week_24 + 14 * DAY for d in taken)) == expected


def test_no_high_dose_steroid_by_vein_between_tacrolimus_and_remission(rendered: Any) -> None:
    for truth in rendered.cohort:
        start, end = on(truth["tac_start"]), on(truth["remission_on"] or truth["last_contact_on"])
        doses = rendered.given(truth["patient_id"], *PREDNISOLONE_IV, *PULSE)
        assert not [d for d, _ in doses if start <= d <= end]
    assert any(
        d < on(t["tac_start"]) for t in rendered.cohort for d, _ in rendered.given(t["patient_id"], *PREDNISOLONE_IV)
    )


def test_azathioprine_beside_tacrolimus(rendered: Any) -> None:
    for truth in rendered.cohort:
        first, last = rendered.courses(truth["patient_id"], *TACROLIMUS)[0]
        days = [d for d in rendered.taken_mg(truth["patient_id"], "3999005F") if first <= d <= last]
        assert (len(days) >= 14) == truth["characteristics"]["azathioprine"]
        assert truth["characteristics"]["azathioprine"] or not days


def test_history(rendered: Any) -> None:
    for truth in rendered.cohort:
        patient, start, known = truth["patient_id"], on(truth["tac_start"]), truth["characteristics"]
        (person,) = rendered.of("patient", patient)
        born = on(person["birth_date"])
        assert person["sex"] == known["sex"]
        assert start.year - born.year - ((start.month, start.day) < (born.month, born.day)) == known["age_years"]
        colitis = [
            r
            for r in rendered.of("condition", patient)
            if r["icd10_code"].startswith("K51") and r["status"] == "confirmed"
        ]
        (written,) = [r["onset_on"] for r in colitis if r["onset_on"]]
        onset = on({4: f"{written}-07-01", 7: f"{written}-15"}.get(len(written), written))
        assert int((start - onset).days / 365.25) == known["uc_duration_years"]
        assert onset <= min(on(r["recorded_on"]) for r in colitis)
        assert onset <= min((on(r["performed_at"]) for r in rendered.of("endoscopy", patient)), default=onset)
        earlier = [d for d, _ in rendered.given(patient, *BIOLOGICS) if d < start]
        assert bool(earlier) == known["prior_biologic"]


def test_extent_and_steroid_response(rendered: Any) -> None:
    types, responses = {"20094618": "E2", "20094620": "E3"}, {"20092805": "dependent", "20094759": "resistant"}
    for truth in rendered.cohort:
        patient, start, known = truth["patient_id"], on(truth["tac_start"]), truth["characteristics"]
        seen = {
            r["extent"] for r in rendered.of("endoscopy", patient) if start - 730 * DAY <= on(r["performed_at"]) < start
        }
        conditions = rendered.of("condition", patient)
        recorded = {types[r["medis_code"]] for r in conditions if r["medis_code"] in types}
        assert max(seen - {""}, default=max(recorded, default=None)) == known["extent"]
        (response,) = [r for r in conditions if r["medis_code"] in responses]
        assert responses[response["medis_code"]] == known["steroid_response"]
        assert on(response["recorded_on"]) < start


def test_adverse_events_on_treatment(rendered: Any) -> None:
    codes = {
        "R25.1": "tremor",
        "N28.9": "renal_impairment",
        "N14.2": "renal_impairment",
        "R51": "headache",
        "E83.4": "hypomagnesemia",
    }
    sources = set()
    for truth in rendered.cohort:
        patient = truth["patient_id"]
        first, last = rendered.courses(patient, *TACROLIMUS)[0]
        last += 7 * DAY
        recorded = {
            codes[r["icd10_code"]]
            for r in rendered.of("adverse_event", patient)
            if first <= on(r["occurred_on"]) <= last
        }
        creatinine = results(rendered, patient, "2160-0")
        baseline = last_in(creatinine, first - 30 * DAY, first)
        laboratory = set()
        if any(first < d <= last and v >= 1.5 * baseline for d, v, _ in creatinine):
            laboratory.add("renal_impairment")
        assert len([d for d, v, _ in creatinine if first < d <= last and v >= 1.3 * baseline]) <= len(laboratory)
        if any(first <= d <= last and v < 1.8 for d, v, _ in results(rendered, patient, "19123-9")):
            laboratory.add("hypomagnesemia")
        assert recorded | laboratory == set(truth["adverse_events"])
        sources |= {(e, e in recorded, e in laboratory) for e in recorded | laboratory}
    assert ("renal_impairment", False, True) in sources or ("hypomagnesemia", False, True) in sources


def test_nothing_happens_after_the_last_contact(rendered: Any) -> None:
    for truth in rendered.cohort:
        patient, latest = truth["patient_id"], on("1900-01-01")
        for feed, column in (
            ("encounter", "ended_at"), ("lab_result", "reported_at"), ("medication_administration", "given_at"),
            ("medication_request", "authored_at"), ("activity_score", "scored_at"), ("endoscopy", "performed_at"),
            ("vital_sign", "measured_at"), ("procedure", "performed_at"), ("adverse_event", "occurred_on"),
        ):  # fmt: skip
            latest = max([latest, *(on(r[column]) for r in rendered.of(feed, patient) if "02-30" not in r[column])])
        for product in {r["product_code"] for r in rendered.of("medication_request", patient)}:
            latest = max([latest, *(last for _, last, _ in rendered.prescribed(patient, product))])
        assert latest == on(truth["last_contact_on"])


def test_the_same_seed_gives_the_same_bytes(hospital: Any, tmp_path: Path) -> None:
    simulate_paper(tmp_path / "again", tmp_path / "TRUTH.json", hospital.seed)
    simulate_paper(tmp_path / "other", tmp_path / "OTHER.json", hospital.seed + 1)
    for path in sorted(hospital.folder.iterdir()):
        again = tmp_path / "again" / path.relative_to(hospital.landing)
        assert again.read_bytes() == path.read_bytes()
    assert (tmp_path / "OTHER.json").read_bytes() != (tmp_path / "TRUTH.json").read_bytes()


def test_the_truth_stays_outside_the_landing_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="outside the landing folder"):
        simulate_paper(tmp_path, tmp_path / "demo" / "TRUTH.json", 1)
    assert not list(tmp_path.iterdir())
