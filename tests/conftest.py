"""Fixtures that every layer's tests share."""

from pathlib import Path

import pytest

from warehouse.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An empty landing folder and an empty data folder."""
    return Places.of(tmp_path / "landing", tmp_path / "data")
