"""Where numbers come from: known ways through the whole warehouse, and that nothing is left unread."""

import itertools
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assets import lineage
from assets.lineage import Origins
from pipelines.cli import app
from warehouse import model, remembered
from warehouse import slice as sliced
from warehouse.places import Places

WAYS = [
    # a trough, from the landing file to the curve of troughs
    "landing.lab_result.value > raw.lab_result.value > staging.lab_result.value_number"
    " > fhir.observation.valueQuantity.value > omop.measurement.value_as_number"
    " > labels.tacrolimus_trough.trough_ng_ml > marts.trough_trajectory.median_ng_ml",
    # the unit decides, too: a number is stored in the canonical one
    "raw.lab_result.unit > staging.lab_result.value_number",
    "raw.lab_result.unit > staging.lab_result.unit_source > fhir.observation.extension.valueString"
    " > omop.measurement.unit_source_value",
    # an item of a score, through a list of structs
    "raw.endoscopy.uceis_bleeding > staging.endoscopy.uceis_bleeding > fhir.observation.component.valueQuantity.value"
    " > omop.measurement.value_as_number > cohorts.endoscopy.uceis_total > labels.mucosal_healing.uceis_total"
    " > marts.patient.end_tac_uceis_total > marts.end_of_treatment.mean",
    # a merged record number
    "raw.patient_link.surviving_patient_id > staging.lab_result.person_key > fhir.observation.person_key"
    " > omop.measurement.person_id",
    # a dose by way of the strength of its product
    "schemas/codes/product.csv > omop.drug_strength.amount_value > cohorts.ingredient_exposure.daily_mg",
    # the day of relapse, through a comparison of structs
    "labels.relapse_candidate.occurred_on > labels.relapse.relapse_on > labels.follow_up.time_days"
    " > marts.patient.time_days > marts.relapse_rate.relapse_percent > marts.paper_comparison.ours",
    # supply that is carried over, through a recursive query
    "omop.drug_exposure.days_supply > cohorts.ingredient_exposure.supply_days"
    " > cohorts.tacrolimus_exposure.covered_until > cohorts.tacrolimus_course.end_on",
]


@pytest.fixture(scope="module")
def origins(tmp_path_factory: pytest.TempPathFactory) -> Origins:
    places = Places.of("landing", tmp_path_factory.mktemp("lineage"))
    read = lineage.load(places)
    again = lineage.load(places)  # from what was kept
    assert again.tables == read.tables
    return again


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.split(" > ")[-1])
def test_a_known_way_is_read_from_the_sql(origins: Origins, way: str) -> None:
    steps = [tuple(step.split(".", 2)) for step in way.split(" > ")]
    nodes = [(f"{s[0]}.{s[1]}", s[2]) if len(s) == 3 else ("file", ".".join(s)) for s in steps]
    for source, made in itertools.pairwise(nodes):
        assert source in origins.of(made).everything, (source, made, sorted(origins.of(made).everything))


def test_a_trough_and_nothing_else_makes_the_label(origins: Origins) -> None:
    assert origins.of(("labels.tacrolimus_trough", "trough_ng_ml")).everything == {
        ("omop.measurement", "value_as_number")
    }


def test_every_origin_is_a_column_that_exists(origins: Origins) -> None:
    unknown = {
        (table, column, source, path)
        for table, made in origins.tables.items()
        for column, value in made.items()
        for source, path in value.everything
        if source not in ("$", "file") and path != "*" and path.partition(".")[0] not in origins.tables[source]
    }
    assert unknown == set()


def test_the_command_shows_draws_and_tells(tmp_path: Path) -> None:
    def run(*words: str) -> str:
        done = CliRunner().invoke(app, ["lineage", *words, "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        return done.output

    shown = run("omop.measurement.value_as_number")
    assert "staging.lab_result.value_number" in shown
    assert "landing.lab_result.value\n" in shown
    edges = json.loads(run("labels.tacrolimus_trough.trough_ng_ml", "--json"))
    assert edges["labels.tacrolimus_trough.trough_ng_ml"] == ["omop.measurement.value_as_number"]
    assert "marts.trough_trajectory.median_ng_ml" in run("labels.tacrolimus_trough.trough_ng_ml", "--made")
    run("marts.relapse_rate.relapse_percent", "--svg", str(tmp_path / "way.svg"))
    assert "time_days" in (tmp_path / "way.svg").read_text(encoding="utf-8")
    wrong = CliRunner().invoke(app, ["lineage", "omop.measurement.value", "--data", str(tmp_path)])
    assert "There is no column omop.measurement.value. Its columns: measurement_id" in str(wrong.exception)


@pytest.mark.parametrize("step", remembered.STEPS)
def test_nights_for_few_miss_no_column_that_the_parser_finds(step: str) -> None:
    origins, found = lineage.load(), remembered.global_columns(step)
    for table in sliced.made(step):
        if table.person and model.written(table.name):
            for column in table.column_names:
                value = origins.of((table.name, column))
                for parent, name in {*value.value, *value.condition}:
                    if parent in found and parent in model.parents(table.name) and name != "*":
                        assert name.partition(".")[0] in model.columns_read(table.name, parent)
