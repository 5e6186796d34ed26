"""From landing files to estimates, judged by R on the cohort as it was calibrated (`reference/record.R`)."""

from pathlib import Path

import pytest

from warehouse import connection
from warehouse.places import Places

REFERENCE = Path(__file__).parent / "reference" / "estimates.csv"
KEY = ("analysis", "method", "measure", "study_group", "term", "adjusted_for", "t_days", "test")
VALUES = ("estimate", "lower", "upper", "p_value")


def test_every_value_that_r_recorded_is_the_release_s(published: Places) -> None:
    same = " and ".join(f"r.{column} is not distinct from e.{column}::varchar" for column in KEY)
    ours = ", ".join(f"e.{column}" for column in VALUES)
    theirs = ", ".join(f"r.{column}::double" for column in VALUES)
    with connection.connect(published.published, read_only=True) as release:
        rows = release.execute(
            f"select concat_ws(' ', {', '.join(f'r.{c}' for c in KEY)}), e.n is not null, [{ours}], [{theirs}] "
            "from read_csv($file, all_varchar = true) as r "
            f"left join marts.estimates as e on {same} and e.care_site is null order by 1",
            {"file": str(REFERENCE)},
        ).fetchall()
    assert len(rows) == len(REFERENCE.read_text(encoding="utf-8").splitlines()) - 1, "one row for each"
    assert [name for name, known, _, _ in rows if not known] == []
    for name, _, found, recorded in rows:
        for value, expected in zip(found, recorded, strict=True):
            if expected is not None:
                assert value == pytest.approx(expected, rel=1e-6, abs=1e-9), name
