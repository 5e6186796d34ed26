"""Good nights and bad ones, as an operator sees them: what is published, what is said, what is left alone."""

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance

from pipelines.alerts import night
from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from tests.pipelines.hook import Hook
from tests.pipelines.study import Study
from warehouse import backup, connection, fingerprint, retention
from warehouse.places import Places


def test_the_night_after_a_restore_reads_the_same_landing_into_the_same_release(
    mucosa: Mucosa, landed: Path, published: Places, tmp_path: Path
) -> None:
    """Only key, releases and what people wrote are left of the old place; every record is read and made anew."""
    again = Places.of(landed, tmp_path / "data")
    backup.backup(published, tmp_path / "backup")
    backup.restore(again, tmp_path / "backup")
    for made in (again.raw, again.typed, again.identified / "files.parquet"):
        shutil.rmtree(made) if made.is_dir() else made.unlink()
    done = mucosa("materialize", *folders(again))
    assert done.returncode == 0, done.stderr
    content = fingerprint.content_hash(published.published)  # read back, where the manifest's was taken on the way
    assert [f.name.rpartition("-")[2] for f in published.releases.iterdir()] == [content[:12]]
    assert [f.name for f in again.releases.iterdir()] == [f.name for f in published.releases.iterdir()]
    assert retention.current(again) == retention.current(published)
    with (
        connection.connect(again.build, read_only=True) as new,
        connection.connect(published.build, read_only=True) as old,
    ):
        for table in ("raw.file", "staging.patient", "omop.measurement", "labels.relapse"):
            assert fingerprint.table_hash(new, table) == fingerprint.table_hash(old, table)


@pytest.mark.parametrize(
    "rule",
    [
        "lab_result.value.accepted_range",
        "endoscopy.uceis_total.sum_of_components",
        "endoscopy.mayo_endoscopic_subscore.range",
    ],
)
def test_an_impossible_value_is_quarantined_named_and_published_around(published: Places, rule: str) -> None:
    with connection.connect(published.published, read_only=True) as release:
        refused = release.execute("select count(*) from staging.quarantine where rule = $1", [rule]).fetchall()
        verdict = release.execute(
            "select severity, verdict, failed from quality.results where rule = $1", [rule]
        ).fetchall()
    assert refused[0][0] > 0
    assert verdict == [("warning", "failed", refused[0][0])]
    assert rule in (published.report / "index.html").read_text(encoding="utf-8")


@pytest.fixture
def built(published: Places, tmp_path: Path) -> Places:
    """A build that nobody has judged yet, beside the last release."""
    places = Places.of(published.landing, tmp_path)
    shutil.copyfile(published.build, places.build)
    shutil.copyfile(published.published, places.published)
    return places


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        (
            "delete from staging.lab_result where record = (select min(record) from staging.lab_result)",
            "accepted_are_there",
        ),
        ("delete from labels.evidence where label = 'mucosal_healing'", "labels.mucosal_healing.has_evidence"),
    ],
)
def test_a_build_changed_behind_the_code_s_back_is_not_published(
    mucosa: Mucosa, built: Places, tampering: str, rule: str
) -> None:
    before = fingerprint.content_hash(built.published)
    with duckdb.connect(str(built.build)) as build:
        build.execute(tampering)
    done = mucosa("publish", *folders(built))
    assert done.returncode == 1
    assert rule in done.stderr
    assert "Traceback" not in done.stderr
    assert fingerprint.content_hash(built.published) == before


def test_too_many_quarantined_records_end_the_night_red(
    mucosa: Mucosa, landed: Path, tmp_path: Path, published: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = Study(landed, tmp_path)
    places = study.warehouse.places
    places.data.mkdir()
    shutil.copyfile(published.published, places.published)
    assert study.edit("lab_result", lambda r: r["code"] == "11253-2", {"unit": "ng/dL"}) > 1000
    with Hook() as hook:
        done = mucosa("materialize", *folders(places), alerts=hook.url)
        assert done.returncode == 1
        assert "staging.accounting.quarantine_share" in done.stderr
        assert "Traceback" not in done.stderr + done.stdout
        assert fingerprint.content_hash(places.published) == fingerprint.content_hash(published.published)
        (alert,) = hook.received
        told = alert["message"].partition("\n\n")[0].splitlines()
        assert alert["type"] == "failure"
        assert told[0] == "CRITICAL staging.accounting.quarantine_share on staging.accounting"
        assert re.match(r"Observed: lab_result of demo\|2026-06-30: \d,\d+ of [\d,]+ records \(\d+\.\d%\)", told[2])
        assert told[3:6:2] == ["Allowed: 5.0% of a file's records", "Where: demo|2026-06-30"]
        assert told[6].startswith("What to do: Read staging.quarantine by rule")
        # The delivery is put right, and the next night finds what the night of the other release found.
        places.build.unlink()
        places.build.symlink_to(published.build)
        monkeypatch.setenv("MUCOSA_ALERT_URLS", hook.url)
        with DagsterInstance.ephemeral() as history:
            night.conclude(places, "the-next-night", green=True, instance=history)
        (_, well) = hook.received
        assert "staging.accounting.quarantine_share on staging.accounting (since" in well["message"]
        assert "recovered: staging.accounting.quarantine_share" in well["title"]


@pytest.mark.parametrize(
    ("damage", "code", "said"),
    [
        (lambda folder: (folder / "lab_result.csv").unlink(), 1, "lab_result.csv"),
        (lambda folder: (folder / "lab_result.csv").write_bytes(b""), 1, "lab_result.csv"),
        (lambda folder: (folder / "patient.csv").write_text("patient_id,name\n1,x\n"), 1, "sex"),
        (lambda folder: (folder / "patient.csv").write_bytes(b"patient_id,name\n1,\xff\xfe\n"), 1, "patient.csv"),
        (lambda folder: folder.parent.rename(folder.parent.parent / "elsewhere"), 2, "elsewhere"),
        (lambda folder: shutil.rmtree(folder.parent), 2, "holds no delivery"),
        (lambda folder: shutil.rmtree(folder.parent.parent), 2, "--landing"),
    ],
    ids=[
        "feed missing",
        "file empty",
        "column missing",
        "encoding",
        "unknown site",
        "nothing landed",
        "no landing folder",
    ],
)
def test_an_unusable_delivery_is_one_paragraph_and_an_exit_code(
    mucosa: Mucosa, landed: Path, tmp_path: Path, damage: object, code: int, said: str
) -> None:
    places = Study(landed, tmp_path).warehouse.places
    (delivery,) = (places.landing / "demo").glob("2*")
    damage(delivery)  # type: ignore[operator]
    done = mucosa("materialize", *folders(places))
    assert done.returncode == code
    assert said in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert not places.published.exists()


def test_two_writers_do_not_meet(mucosa: Mucosa, published: Places, tmp_path: Path) -> None:
    from warehouse.lock import writer_lock

    places = Places.of(published.landing, tmp_path)
    with writer_lock(places):
        done = mucosa("materialize", *folders(places))
    assert done.returncode == 2
    assert "is writing" in done.stderr


def test_the_build_is_the_owner_s_alone(published: Places) -> None:
    assert published.build.stat().st_mode & 0o777 == 0o600


def test_publishing_a_part_of_a_build_says_which_layers_lack(mucosa: Mucosa, tmp_path: Path) -> None:
    places = Places.of(tmp_path / "landing", tmp_path)
    with connection.connect(places.build):
        pass
    done = mucosa("publish", *folders(places))
    assert done.returncode == 2
    assert "staging, fhir, omop" in done.stderr
    done = mucosa("quarantine", *folders(places))
    assert done.returncode == 2
    assert "before staging" in done.stderr
