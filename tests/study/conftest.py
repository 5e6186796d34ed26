"""One hospital for the study's own readings, emptied before each test."""

from collections.abc import Iterator

import pytest

from tests.omop_rows import Hospital


@pytest.fixture(scope="session")
def opened() -> Iterator[Hospital]:
    hospital = Hospital.open()
    yield hospital
    hospital.connection.close()


@pytest.fixture
def hospital(opened: Hospital) -> Hospital:
    """A hospital without patients."""
    opened.clear()
    return opened
