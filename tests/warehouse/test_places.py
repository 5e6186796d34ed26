"""Two folders that can't be mistaken for each other."""

from pathlib import Path

import pytest

from warehouse.errors import UsageError
from warehouse.places import Places


@pytest.mark.parametrize("data", ["landing", "landing/made", "landing/demo/2026-06-30", "other/../landing", "link"])
def test_what_is_made_does_not_lie_where_hospitals_deliver(tmp_path: Path, data: str) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "landing")
    with pytest.raises(UsageError, match=r"lies in the landing folder.*--data"):
        Places.of(tmp_path / "landing", tmp_path / data)


def test_landing_may_lie_beside_or_in_the_data_folder(tmp_path: Path) -> None:
    assert Places.of(tmp_path / "data" / "landing", tmp_path / "data").data == tmp_path / "data"
    assert (
        Places.of(tmp_path / "landing", tmp_path / "landing-data").build == tmp_path / "landing-data" / "build.duckdb"
    )


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(UsageError, match="is a file, not a folder"):
        Places.of(tmp_path / "landing", tmp_path / "data")
