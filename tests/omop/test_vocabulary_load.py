"""A download from Athena and mappings of local codes: what is read, what is refused, what the codes become."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from assets import omop
from assets.vocabulary import changes
from tests.omop import athena as made
from tests.omop.conftest import build
from warehouse import athena, usagi
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError

USAGI = "sourceCode,sourceName,sourceFrequency,matchScore,mappingStatus,conceptId,conceptName\n"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small download, loaded."""
    folder = tmp_path_factory.mktemp("vocabulary")
    athena.load(made.write(folder / "download"), folder / "athena")
    return folder


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The small hospital, to write to."""
    with connect(tmp_path_factory.mktemp("omop") / "build.duckdb") as connection:
        build(connection)
        yield connection


def names(folder: Path) -> dict[int, str]:
    frame = pl.read_parquet(folder / "athena" / "concept.parquet")
    return dict(frame.select("concept_id", "concept_name").iter_rows())


def test_a_quote_is_a_character_na_is_a_name_and_blank_is_no_null(kept: Path, tmp_path: Path) -> None:
    assert names(kept)[91000004] == '5" needle'
    assert names(kept)[made.PANCOLITIS] == 'Ulcerative "pan"colitis, \'total'
    assert names(kept)[made.SODIUM] == "NA"
    blank = [line.replace("\tNA\tMeasurement", "\t\tMeasurement") for line in made.FILES["CONCEPT"]]
    athena.load(made.write(tmp_path / "download", CONCEPT=blank), tmp_path / "athena")
    assert names(tmp_path)[made.SODIUM] == ""
    optional = pl.read_parquet(tmp_path / "athena" / "concept.parquet")["invalid_reason"].to_list()
    assert optional.count(None) == len(optional) - 1


@pytest.mark.parametrize(
    ("replaced", "error", "said"),
    [
        ({"CONCEPT_ANCESTOR": []}, UsageError, "lacks CONCEPT_ANCESTOR.csv"),
        (
            {"DOMAIN": ["domain_id\tdomain_name\tdomain_concept_id\tcolour", "a\tb\t0\tred"]},
            UsageError,
            "DOMAIN.csv has colour: that is not the format of CDM 5.4. It may be of a newer format",
        ),
        ({"DOMAIN": ["domain_id,domain_name,domain_concept_id", "a,b,0"]}, UsageError, "not separated by tabs"),
        ({"CONCEPT": made.FILES["CONCEPT"][:1]}, DataError, "CONCEPT.csv holds no rows"),
        ({"DOMAIN": [*made.FILES["DOMAIN"], "Drug\tDrug\tthirteen"]}, DataError, "DOMAIN.csv can't be read"),
        ({"DOMAIN": [*made.FILES["DOMAIN"], "Drug\tDrug"]}, DataError, "DOMAIN.csv can't be read"),
    ],
)
def test_a_broken_download_changes_nothing(
    kept: Path, tmp_path: Path, replaced: dict[str, list[str]], error: type[Exception], said: str
) -> None:
    before = names(kept)
    with pytest.raises(error, match=said):
        athena.load(made.write(tmp_path, **replaced), kept / "athena")
    assert names(kept) == before


def test_codes_in_use_are_mapped_by_the_download(hospital: duckdb.DuckDBPyConnection, kept: Path) -> None:
    frames = omop.vocabulary_frames()
    found = {line[:2]: line[2:] for line in changes(hospital, frames, kept)}
    assert found["ICD10", "I10"] == (0, made.HYPERTENSION, 1)
    assert found["ICD10", "K51.0"] == (81893, made.PANCOLITIS, 1)
    assert found["ICD10", "K51.5"][:2] == (81893, 81893), "an invalid mapping takes nothing away"
    before = dict(hospital.execute("select table_name, estimated_size from duckdb_tables()").fetchall())
    omop.build(hospital, kept)
    after = dict(hospital.execute("select table_name, estimated_size from duckdb_tables()").fetchall())
    assert all(after[table] >= before[table] for table in omop.VOCABULARY_TABLES if table in before)
    conditions = hospital.execute(
        """select condition_source_value, condition_concept_id, condition_source_concept_id
        from omop.condition_occurrence where condition_source_value in ('I10', 'K51.0') order by all"""
    ).fetchall()
    assert conditions == [("I10", made.HYPERTENSION, 91000002), ("K51.0", made.PANCOLITIS, 91000001)]
    ancestors = "select ancestor_concept_id from omop.concept_ancestor where descendant_concept_id = $1 order by all"
    assert hospital.execute(ancestors, [made.PANCOLITIS]).fetchall() == [(81893,), (made.PANCOLITIS,)]
    version = hospital.execute("select vocabulary_version from omop.cdm_source").fetchall()
    assert version == [("v5.0 TEST, Mucosa built-in 1",)]
    lacking = """select target_concept_id from omop.source_to_concept_map
        anti join omop.concept on concept_id = target_concept_id"""
    assert hospital.execute(lacking).fetchall() == []


def test_a_hospital_s_own_mapping_wins(hospital: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    file = tmp_path / "usagi.csv"
    file.write_text(
        USAGI + "I10,hypertension,19,0.9,APPROVED,378253,Headache\nK51.0,colitis,1,0.9,UNCHECKED,0,None\n",
        encoding="utf-8",
    )
    (tmp_path / "local").mkdir()
    usagi.read(file, "ICD10").write_parquet(tmp_path / "local" / "ICD10.parquet")
    found = {line[:2]: line[3] for line in changes(hospital, omop.vocabulary_frames(), tmp_path)}
    assert found["ICD10", "I10"] == 378253
    assert found["ICD10", "K51.0"] == 81893, "what nobody approved is not taken"


@pytest.mark.parametrize(
    ("text", "error", "said"),
    [
        ("sourceCode,conceptId\nI10,1\n", UsageError, "lacks sourceName, mappingStatus"),
        (USAGI + "I10,a,1,1,APPROVED,1,x\nI10,a,1,1,APPROVED,2,y\n", DataError, "maps I10 more than once"),
        (USAGI + "I10,a,1,1,APPROVED,one,x\n", DataError, "no concept id for I10"),
        (USAGI + "I10,a,1,1,UNCHECKED,1,x\n", DataError, "holds 1 mappings, none of them approved"),
    ],
)
def test_a_mapping_that_can_t_be_used_is_refused(tmp_path: Path, text: str, error: type[Exception], said: str) -> None:
    (tmp_path / "usagi.csv").write_text(text, encoding="utf-8")
    with pytest.raises(error, match=said):
        usagi.read(tmp_path / "usagi.csv", "ICD10")
