"""The proportional-hazards test against R's cox.zph, and where it has no answer."""

import pytest

from assets.statistics.proportional_hazards import proportional_hazards
from tests.statistics.reference.tables import INTERVALS, SINGLE, covariates, followed, recorded

ITERATED = 1e-4


@pytest.mark.parametrize("dataset", [*SINGLE, *INTERVALS])
@pytest.mark.parametrize("transform", ["identity", "km"])
def test_every_statistic_is_r_s(dataset, transform):
    """Named difference: R writes GLOBAL for `all`."""
    of = followed(dataset)
    found = proportional_hazards(of.stop, of.event, covariates(dataset), of.start, transform)
    rows = {row["term"]: row for row in recorded("proportional_hazards", dataset=dataset, transform=transform)}
    rows["all"] = rows.pop("GLOBAL", rows.get("group"))  # R leaves it out for one covariate
    assert set(found) == set(rows)
    for term, result in found.items():
        assert result.statistic == pytest.approx(rows[term]["statistic"], abs=ITERATED)
        assert result.p_value == pytest.approx(rows[term]["p"], abs=ITERATED)


def test_the_scale_of_time_matters_only_by_its_shape():
    of, x = followed("veteran"), covariates("veteran")
    weeks = proportional_hazards(of.stop / 7, of.event, x, transform="identity")
    days = proportional_hazards(of.stop, of.event, x, transform="identity")
    logarithm = proportional_hazards(of.stop, of.event, x, transform="log")
    assert [r.statistic for r in weeks.values()] == pytest.approx([r.statistic for r in days.values()])
    assert logarithm["all"].statistic != pytest.approx(days["all"].statistic, rel=0.01)


@pytest.mark.parametrize(
    ("days", "events", "group", "reason"),
    [
        ([], [], [], "no_events"),
        ([3, 4], [0, 0], [0, 1], "no_events"),
        ([3, 4, 5], [1, 1, 0], [1, 1, 1], "no_variation"),
        ([4, 4, 5, 5], [1, 1, 0, 0], [0, 1, 0, 1], "no_variation"),  # one day of events has no slope
        ([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 0, 0], "separation"),
    ],
)
def test_no_answer_has_a_reason_for_each_term(days, events, group, reason):
    found = proportional_hazards(days, events, {"group": group})
    assert {term: (r.statistic, r.reason) for term, r in found.items()} == {
        "group": (None, reason),
        "all": (None, reason),
    }
