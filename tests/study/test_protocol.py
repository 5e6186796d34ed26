"""The study protocol: complete, bounded, stable, and asked for by the SQL."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from schemas import study
from schemas.contract import STUDY_LAYERS
from warehouse import model
from warehouse.errors import UsageError

ROOT = Path(__file__).parent.parent.parent
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
    with pytest.raises(study.ProtocolError):
        study.load(write(tmp_path, text))


OWN = """
extends = "paper"
version = "mine"
title = "My reading"
[values]
remission_cai_max = 3
"""


def test_a_file_of_one_s_own_changes_what_it_lists_and_nothing_else(tmp_path: Path) -> None:
    paper, own = study.find("paper"), study.find(str(write(tmp_path, OWN)))
    assert own.definition_version == "mine"
    assert own.parameter_hash != paper.parameter_hash
    assert own.values() == paper.values() | {"remission_cai_max": 3}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("cai_max = 3", "cai_max = 99", "lies outside"),
        ("cai_max = 3", "cai_max = true", "kind"),
        ("remission_cai_max", "remision_cai_max", "did you mean remission_cai_max"),
        ("remission_cai_max = 3", "remission_max_days = 30\nremission_min_days = 31", "exceeds remission_max_days"),
        ("remission_cai_max = 3", "landmark_days = [300, 100]", "rise"),
        ('"paper"', '"strict"', "extends"),
        ('title = "My reading"', "", "title is missing"),
        ("[values]", "[valeus]", "valeus is no entry"),
        ("= 3", "=", "can't be read"),
    ],
)
def test_every_mistake_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(study.ProtocolError, match=told):
        study.find(str(write(tmp_path, OWN.replace(old, new, 1))))


def test_a_protocol_that_nobody_knows_is_named_with_those_there_are() -> None:
    with pytest.raises(study.ProtocolError, match=r"lax.*paper, strict"):
        study.find("lax")


def test_the_command_line_shows_checks_and_compares(tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from pipelines.cli import app

    call = CliRunner(env={"COLUMNS": "200"}).invoke
    shown = call(app, ["study", "show"]).output
    assert all(name in shown for name in study.load().values())
    different = call(app, ["study", "diff", "paper", "strict"]).output
    assert ("relapse_intent_required" in different, "remission_cai_max" in different) == (True, False)
    assert "No value differs" in call(app, ["study", "diff", "paper", "paper"]).output
    assert call(app, ["study", "check", str(write(tmp_path, OWN))]).exit_code == 0
    refused = call(app, ["study", "check", str(write(tmp_path, OWN.replace("= 3", "= 99")))])
    assert isinstance(refused.exception, UsageError)
    assert refused.exception.exit_code == 2


def test_the_hash_follows_values_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    (tmp_path / "c").mkdir()
    one = study.load(write(tmp_path / "a", TEXT))
    worded = study.load(write(tmp_path / "b", TEXT.replace("First.", "The first.")))
    changed = study.load(write(tmp_path / "c", TEXT.replace("= 28", "= 29")))
    assert one.parameter_hash == worded.parameter_hash != changed.parameter_hash


def test_every_parameter_that_the_study_asks_for_exists_and_every_one_is_asked_for() -> None:
    known = set(study.load().parameters())
    asked = {
        parameter
        for layer in STUDY_LAYERS
        for name in model.models(layer)
        for parameter in duckdb.extract_statements(model.stamped(name))[0].named_parameters
    }
    assert asked - known == {"minimum_patients"}  # a rule of disclosure, not of the study
    python = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "assets").rglob("*.py"))
    assert [name for name in sorted(known - asked) if f'"{name}"' not in python] == []


def test_concepts_exist_in_the_built_in_vocabulary() -> None:
    from schemas import vocabulary

    known = set(vocabulary.concept_ids().values())
    concepts = {name: p.value for name, p in study.load().sections["concepts"].items()}
    absent = {name for name, value in concepts.items() if value not in known}
    assert absent == {"prednisone", "dexamethasone", "betamethasone"}  # no product here; other vocabularies have them
