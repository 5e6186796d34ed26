"""The study protocol: complete, bounded, stable, and asked for by the SQL."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from pydantic import ValidationError

from schemas import study
from warehouse import model

TEXT = """
version = "1"
title = "A study"
[window]
from_days = { value = 28, unit = "d", minimum = 0, maximum = 84, rule = "D1", source = "paper", description = "First." }
begins_on = { value = 2016-04-01, rule = "D2", source = "paper", description = "Day." }
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_values_keep_their_type(tmp_path: Path) -> None:
    protocol = study.load(write(tmp_path, TEXT))
    values = protocol.parameters()
    assert values["from_days"] == 28
    assert values["begins_on"] == dt.date(2016, 4, 1)
    assert values["definition_version"] == "1"
    assert values["parameter_hash"] == protocol.parameter_hash


@pytest.mark.parametrize(
    ("old", "new"), [("= 28", "= 85"), ("maximum", "maximun"), ("begins_on", "from_days"), ('"D1"', '"1"')]
)
def test_a_faulty_protocol_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = TEXT.replace(old, new, 1) if old != "begins_on" else TEXT.replace("begins_on", "[other]\nfrom_days")
    with pytest.raises(ValidationError):
        study.load(write(tmp_path, text))


def test_the_hash_follows_values_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    one = study.load(write(tmp_path / "a", TEXT))
    worded = study.load(write(tmp_path / "b", TEXT.replace("First.", "The first.")))
    changed = study.load(write(tmp_path / "c", TEXT.replace("= 28", "= 29")))
    assert one.parameter_hash == worded.parameter_hash != changed.parameter_hash


def test_every_parameter_that_cohorts_and_labels_ask_for_exists_and_has_a_rule() -> None:
    known = set(study.load().parameters())
    asked = {
        parameter
        for layer in ("cohorts", "labels")
        for name in model.models(layer)
        for parameter in duckdb.extract_statements(model.stamped(name))[0].named_parameters
    }
    assert asked <= known
    unused = known - asked - {"landmark_days", "confidence_level", "significance_level"}  # asked for by marts
    assert unused == set()


def test_concepts_exist_in_the_built_in_vocabulary() -> None:
    from schemas import vocabulary

    known = set(vocabulary.concept_ids().values())
    concepts = {name: p.value for name, p in study.load().sections["concepts"].items()}
    absent = {name for name, value in concepts.items() if value not in known}
    assert absent == {"prednisone", "dexamethasone", "betamethasone"}  # no product here; other vocabularies have them
