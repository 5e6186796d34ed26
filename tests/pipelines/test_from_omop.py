"""The study on a CDM that somebody else made: our own tables bare, a foreign one, and ones that can't be read."""

from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from assets import cohorts, foreign, labels, results
from assets.marts import build as marts
from pipelines import from_omop
from schemas import cdm, contract, study
from schemas import foreign as profiles
from schemas.foreign import Profile, ProfileError
from tests.pipelines.conftest import Mucosa
from warehouse import fingerprint
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError
from warehouse.places import Places

OURS = Profile(name="our own")


def tables_of_layers(connection: duckdb.DuckDBPyConnection) -> None:
    for layer in ("raw", "staging", "fhir"):
        connection.execute(";\n".join(table.ddl() for table in contract.contracts(layer)))


def test_our_own_cdm_bare_gives_the_same_study(published: Places, tmp_path: Path) -> None:
    """Not the record flow, which counts what landed, nor the picture of it."""
    bare, protocol = tmp_path / "bare.duckdb", study.load()
    with duckdb.connect(str(bare)) as target, connect(published.build, read_only=True) as build:
        for table in cdm.tables():
            frame = build.execute(f"from omop.{table}").arrow()
            target.register("frame", frame)
            target.execute(f"create table {table.upper()} as from frame")
        before = fingerprint.table_hashes(build)
    with connect(tmp_path / "again.duckdb") as connection:
        tables_of_layers(connection)
        adopted = foreign.build(connection, bare, OURS)
        cohorts.build(connection, protocol.parameters())
        labels.build(connection, protocol.parameters())
        results.build(connection, protocol.parameters())
        marts.build(connection, protocol)
        after = fingerprint.table_hashes(connection)
    assert adopted.notes == ()
    compared = [name for name in before if name.partition(".")[0] in ("cohorts", "labels", "marts")]
    compared += ["omop.cohort", "omop.episode", "omop.concept", "omop.concept_ancestor", "omop.drug_exposure"]
    assert [name for name in compared if after[name] != before[name]] == ["marts.picture", "marts.record_flow"]


FOREIGN = """
create schema cdm;
create table cdm.person (person_id integer, gender_concept_id integer, year_of_birth integer, race_concept_id integer,
    ethnicity_concept_id integer);
insert into cdm.person values (1, 8507, 1980, 8515, 38003564), (2, 8532, 1975, 0, 0);
create table cdm.observation_period (observation_period_id integer, person_id integer,
    observation_period_start_date date, observation_period_end_date date, period_type_concept_id integer);
insert into cdm.observation_period values (1, 1, '2015-01-01', '2020-12-31', 32817);
create table cdm.condition_occurrence (condition_occurrence_id integer, person_id integer,
    condition_concept_id integer, condition_start_date date, condition_type_concept_id integer);
insert into cdm.condition_occurrence values (1, 1, 81893, '2016-01-01', 32817), (2, 2, 201826, '2016-05-01', 32817);
create table cdm.concept (concept_id integer, concept_name varchar, domain_id varchar, vocabulary_id varchar,
    concept_class_id varchar, standard_concept varchar, concept_code varchar, valid_start_date date,
    valid_end_date date, invalid_reason varchar);
insert into cdm.concept values
    (201826, 'Type 2 diabetes mellitus', 'Condition', 'SNOMED', 'Disorder', 'S', '44054006', '1970-01-01', '2099-12-31',
    null),
    (2000000101, 'Their own score', 'Measurement', 'House', 'Score', null, 'x', '1970-01-01', '2099-12-31', null),
    (2000000777, 'Their endoscopic subscore', 'Measurement', 'House', 'Score', null, 'y', '1970-01-01', '2099-12-31',
    null);
create table cdm.measurement (measurement_id integer, person_id integer, measurement_concept_id integer,
    measurement_date date, measurement_type_concept_id integer, value_as_number double);
insert into cdm.measurement values
    (1, 1, 2000000101, '2016-03-01', 32817, 9), (2, 1, 2000000777, '2016-03-01', 32817, 2);
"""


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """Two people, only required columns, no study drug anywhere, two local concepts of their own."""
    file = tmp_path / "theirs.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(FOREIGN)
    return file


def test_a_foreign_cdm_gives_an_empty_cohort_that_says_why(theirs: Path, tmp_path: Path) -> None:
    """The whole command: a release with its report, nobody in it."""
    told, places = StringIO(), Places.of(tmp_path / "landing", tmp_path / "data")
    from_omop.materialize(places, theirs, None, study.load(), Console(file=told, width=200))
    assert "no record of tacrolimus" in told.getvalue()
    assert "2 persons without a day of birth" in told.getvalue()
    assert "0  Treated with tacrolimus" in told.getvalue()
    assert (places.report / "index.html").exists()
    with connect(places.published, read_only=True) as release:
        flow = release.execute("select distinct n from marts.attrition").fetchall()
        reasons = release.execute("select reason, patients from marts.attrition_reason order by all").fetchall()
    assert flow == [(0,)]
    assert reasons == [
        ("no_record_of_clinical_activity_index", 0),
        ("no_record_of_colonoscopy", 0),
        ("no_record_of_mayo_endoscopic_subscore", 0),
        ("no_record_of_prednisolone", 0),
        ("no_record_of_tacrolimus", 0),
        ("no_record_of_tacrolimus_level", 0),
    ]


def test_a_folder_with_deliveries_is_left_alone(mucosa: Mucosa, published: Places, theirs: Path) -> None:
    done = mucosa("materialize", "--from-omop", str(theirs), "--data", str(published.data))
    assert done.returncode == 2
    assert "holds a build of deliveries" in done.stderr


def test_any_cdm_can_be_checked(mucosa: Mucosa, theirs: Path) -> None:
    done = mucosa("omop", "check", str(theirs))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2,376 checks: ")
    assert "cdmTable drug_exposure: 1 of 1" in done.stdout


def test_a_profile_says_what_their_concepts_mean(theirs: Path, tmp_path: Path) -> None:
    file = tmp_path / "profile.toml"
    file.write_text('name = "House"\n[concepts]\nmayo_endoscopic_subscore = [2000000777]\n', encoding="utf-8")
    with connect(tmp_path / "build.duckdb") as connection:
        tables_of_layers(connection)
        adopted = foreign.build(connection, theirs, profiles.load(file))
        found = connection.execute(
            "select measurement_id, measurement_concept_id from omop.measurement order by all"
        ).fetchall()
        assert found == [(1, 0), (2, 2000000101)], "their 2000000101 is something else, so it means nothing here"
        names = connection.execute("select concept_name from omop.concept where concept_id = 201826").fetchall()
        assert names == [("Type 2 diabetes mellitus",)]
        lock = connection.execute("select source_release_date::varchar from omop.cdm_source").fetchall()
    assert lock == [("2020-12-31",)]
    assert "no record of mayo endoscopic subscore" not in adopted.notes
    assert adopted.notes[0].startswith("1 of its local concepts mean something else")


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ("drop table cdm.person", UsageError, "no table person"),
        ("drop table cdm.observation_period", DataError, "nobody knows its data lock"),
        ("alter table cdm.measurement alter measurement_id type varchar", None, ""),
        (
            "alter table cdm.measurement alter measurement_id type varchar;"
            "update cdm.measurement set measurement_id = 'M-0815'",
            DataError,
            r"Table measurement of that CDM isn't as CDM 5.4 wants it: measurement_id \(2 rows\)",
        ),
        ("alter table cdm.measurement drop measurement_date", DataError, r"measurement_date \(1 rows\)"),
    ],
)
def test_what_isn_t_cdm_5_4_is_named_without_a_value(
    theirs: Path, tmp_path: Path, change: str, error: type[Exception] | None, said: str
) -> None:
    with duckdb.connect(str(theirs)) as connection:
        connection.execute(change)
    with connect(tmp_path / "build.duckdb") as connection:
        tables_of_layers(connection)
        if error is None:
            assert foreign.build(connection, theirs, OURS).rows["omop.measurement"] == 2
            return
        with pytest.raises(error, match=said) as raised:
            foreign.build(connection, theirs, OURS)
    assert "0815" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('name = "x"\n[concepts]\nmayo_score = [1]\n', "mayo_score is no concept of the study"),
        ('name = "x"\n[concepts]\ntremor = [1]\nheadache = [1]\n', "1 stands for two concepts"),
        ('name = "x"\n[concepts]\ntremor = "one"\n', "concepts.tremor"),
        ('title = "x"\n', "name: Field required"),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "profile.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError, match=said):
        profiles.load(tmp_path / "profile.toml")
