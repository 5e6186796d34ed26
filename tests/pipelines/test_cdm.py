"""The CDM in the release is the specification's, and nothing else is in its schema."""

from collections.abc import Iterator

import duckdb
import pytest

from benchmarks import conformance
from schemas import cdm
from warehouse import foreign
from warehouse.connection import connect
from warehouse.errors import UsageError
from warehouse.places import Places


@pytest.fixture(scope="module")
def release(published: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(published.published, read_only=True) as connection:
        yield connection


def test_the_schema_is_the_specification_column_by_column(release: duckdb.DuckDBPyConnection) -> None:
    """Ids of records are 63-bit; a column that the release withholds may be null."""
    found = release.execute(
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'omop'"
        " order by table_name, column_index"
    ).fetchall()
    wanted = [(f.table, f.name, f.column_type) for table in sorted(cdm.tables()) for f in cdm.tables()[table]]
    assert found == wanted


def test_what_the_specification_requires_is_there(release: duckdb.DuckDBPyConnection) -> None:
    required = {(f.table, f.name) for fields in cdm.tables().values() for f in fields if f.required}
    constrained = release.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'omop' and not is_nullable"
    ).fetchall()
    assert set(constrained) == required


def test_every_concept_of_the_results_exists(release: duckdb.DuckDBPyConnection) -> None:
    for table in ("cohort_definition", "episode", "episode_event", "metadata"):
        for field in cdm.tables()[table]:
            if field.fk_table == "concept":
                lacking = f"from omop.{table} anti join omop.concept on concept_id = {field.name}"
                assert release.execute(f"select 1 {lacking} where {field.name} is not null").fetchall() == [], field


def test_cohorts_are_those_of_the_flow(release: duckdb.DuckDBPyConnection) -> None:
    found = release.execute(
        """select d.cohort_definition_name, count(*), bool_and(c.cohort_start_date <= c.cohort_end_date)
        from omop.cohort as c join omop.cohort_definition as d using (cohort_definition_id)
        group by d.cohort_definition_id, d.cohort_definition_name order by d.cohort_definition_id"""
    ).fetchall()
    numbers = dict(release.execute("select study_group, count(*) from labels.mucosal_healing group by 1").fetchall())
    steps = release.execute(
        "select count(*), count(*) filter (where in_remission), count(*) filter (where has_colonoscopy)"
        " from cohorts.membership"
    ).fetchall()[0]
    relapses = release.execute("select count(relapse_on) from labels.relapse").fetchall()[0]
    assert [count for _, count, _ in found] == [*steps, numbers["mh"], numbers["nmh"], *relapses]
    assert all(in_order for *_, in_order in found)


def test_every_course_is_an_episode_with_its_exposures(release: duckdb.DuckDBPyConnection) -> None:
    courses = release.execute(
        "select person_id, start_on, end_on, course_number from cohorts.tacrolimus_course order by all"
    ).fetchall()
    episodes = release.execute(
        "select person_id, episode_start_date, episode_end_date, episode_number from omop.episode order by all"
    ).fetchall()
    assert courses == episodes
    empty = "from omop.episode anti join omop.episode_event using (episode_id)"
    assert release.execute(f"select count(*) {empty}").fetchall() == [(0,)]
    foreign = """from omop.episode_event as e join omop.episode as c using (episode_id)
        left join omop.drug_exposure as d on d.drug_exposure_id = e.event_id
        where d.person_id is distinct from c.person_id"""
    assert release.execute(f"select count(*) {foreign}").fetchall() == [(0,)]


def test_the_conformance_page_is_current(published: Places) -> None:
    """Achilles and the dashboard's checks again on this very release; a failure without a reason raises."""
    assert conformance.document(published.published) == conformance.DOCUMENT.read_text(encoding="utf-8")


def test_the_parquet_of_a_release_is_a_cdm_too(published: Places) -> None:
    parquet = next(published.releases.glob("[!.]*")) / "parquet" / "omop"
    with duckdb.connect() as connection:
        assert foreign.show(connection, parquet) == tuple(sorted(cdm.tables()))
        with pytest.raises(UsageError, match="no table person"):
            foreign.show(connection, published.landing)
