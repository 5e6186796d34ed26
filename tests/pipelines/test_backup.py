"""Backup and restore: everything comes back as it was, for whom it was, and nothing damaged comes back at all."""

from pathlib import Path

import duckdb
import pytest

from assets.raw import load
from assets.staging import build as staging
from tests.pipelines.conftest import Mucosa
from tests.staging.conftest import Hospital
from warehouse import backup, connection, fingerprint, manifest, retention
from warehouse.errors import DataError, UsageError
from warehouse.keys import load_key
from warehouse.places import Places


@pytest.fixture(scope="module")
def saved(mucosa: Mucosa, published: Places, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("safe") / "backup"
    done = mucosa("backup", str(folder), "--data", str(published.data))
    assert done.returncode == 0, done.stderr
    return folder


def test_an_empty_place_gets_everything_back(mucosa: Mucosa, published: Places, saved: Path, tmp_path: Path) -> None:
    found = {saved, *saved.rglob("*")}
    assert {path.stat().st_mode & 0o777 for path in found} == {0o700, 0o600}
    again = Places.of(published.landing, tmp_path / "data")
    done = mucosa("restore", str(saved), "--data", str(again.data))
    assert done.returncode == 0, done.stderr
    assert fingerprint.content_hash(again.published) == fingerprint.content_hash(published.published)
    assert manifest.releases(again) == manifest.releases(published)
    assert again.published.samefile(again.releases / str(retention.current(again)) / again.published.name)
    for part in ("identified", "releases"):
        before, after = (
            {str(p.relative_to(places.data)): oct(p.stat().st_mode) for p in (places.data / part).rglob("*")}
            for places in (published, again)
        )
        assert after == before
    # The next night finds in raw what it read before, and reads nothing twice.
    raw = {file: file.stat().st_mtime_ns for file in again.raw.rglob("*.parquet")}
    assert sum(load.load(again).values()) == sum(load.files(published)["records"])
    assert {file: file.stat().st_mtime_ns for file in again.raw.rglob("*.parquet")} == raw


def keys(landing: Path, data: Path) -> list[tuple[int, int]]:
    """Pseudonym and record key of the results that a night reads at a hospital with a key of its own."""
    places = Places.of(landing, data)
    load.load(places)
    with connection.connect(places.build) as build:
        load.catalogue(build, places)
        staging.build(build, places, load_key(places.key_file, synthetic=load.synthetic(places)))
        return build.execute("select person_key, lab_result_key from staging.lab_result order by record").fetchall()


def test_after_a_restore_everybody_keeps_the_pseudonym(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    hospital.change("lab_result", [{"result_id": "L1"}, {"result_id": "L2"}])
    first = keys(hospital.places.landing, hospital.places.data)
    backup.backup(hospital.places, tmp_path / "backup")
    restored = Places.of(hospital.places.landing, tmp_path / "restored")
    backup.restore(restored, tmp_path / "backup")
    assert keys(hospital.places.landing, restored.data) == first
    without = keys(hospital.places.landing, tmp_path / "without")
    assert not {key for row in without for key in row} & {key for row in first for key in row}


@pytest.fixture
def small(places: Places) -> Places:
    """A place with a key and nothing else."""
    places.identified.mkdir(parents=True)
    places.key_file.write_text("0123456789abcdef", encoding="ascii")
    return places


def test_nothing_is_overwritten_without_force(small: Places, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    backup.backup(small, folder)
    with pytest.raises(UsageError, match="--force"):
        backup.backup(small, folder)
    backup.backup(small, folder, force=True)
    small.key_file.write_text("another", encoding="ascii")
    with pytest.raises(UsageError, match="identified already; --force"):
        backup.restore(small, folder)
    assert small.key_file.read_text(encoding="ascii") == "another"
    backup.restore(small, folder, force=True)
    assert small.key_file.read_text(encoding="ascii") == "0123456789abcdef"
    assert sorted(path.name for path in small.data.iterdir()) == ["identified", "writer.lock"]


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_damaged_backup_restores_nothing(small: Places, tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "backup"
    backup.backup(small, folder)
    file = folder / "identified" / "pseudonym.key"
    file.unlink() if damage == "missing" else file.write_text("0123456789abcdeF", encoding="ascii")
    empty = Places.of(small.landing, tmp_path / "empty")
    with pytest.raises(DataError, match=r"1 of 1 files .* identified/pseudonym\.key"):
        backup.restore(empty, folder)
    assert not empty.data.exists()


def test_a_backup_lies_outside_and_is_told_from_any_folder(small: Places, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="elsewhere"):
        backup.backup(small, small.data / "backup")
    with pytest.raises(UsageError, match="is no backup"):
        backup.restore(small, tmp_path)


def test_frozen_names_come_back_as_links(small: Places, tmp_path: Path) -> None:
    (small.releases / "2026-06-30-0").mkdir(parents=True)
    (small.releases / "2026-06-30-0" / "manifest.json").write_text("{}", encoding="ascii")
    small.frozen.mkdir()
    (small.frozen / "paper").symlink_to("../releases/2026-06-30-0")
    backup.backup(small, tmp_path / "backup")
    empty = Places.of(small.landing, tmp_path / "empty")
    backup.restore(empty, tmp_path / "backup")
    assert retention.frozen(empty) == {"paper": "2026-06-30-0"}


def test_a_release_in_the_oldest_form_still_opens(tmp_path: Path) -> None:
    """An upgrade keeps old releases readable: DuckDB wrote this form from 0.10 on."""
    file = tmp_path / "old.duckdb"
    with duckdb.connect() as writer:
        writer.execute(f"attach '{file}' as old (storage_version 'v0.10.2')")
        writer.execute("create schema old.quality")
        writer.execute("create table old.quality.release as select 'kept' as release_id")
    with connection.connect(file, read_only=True) as old:
        assert old.execute("select release_id from quality.release").fetchall() == [("kept",)]
