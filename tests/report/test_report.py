"""The page: one file without requests, the same for the same release, and whole when tables are missing."""

import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from assets.report import figures, pictures, tiles
from assets.report.lanes import DIAMOND, swimmer
from assets.report.report import render, write_report
from assets.report.verdicts import merge

VOID = {"meta", "br", "link", "input", "hr", "img"}


class Balance(HTMLParser):
    """Collects tags that were left open or closed out of turn, and every id and address."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.addresses = [], [], [], []

    def handle_starttag(self, tag, attributes):
        self.collect(attributes)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, _tag, attributes):
        self.collect(attributes)

    def collect(self, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        self.addresses += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action")]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def parse(page):
    parser = Balance()
    parser.feed(page)
    return parser


def test_the_page_with_its_pictures_is_whole_and_asks_for_nothing(filled):
    filled.register("drawn", pictures.draw(filled))
    filled.execute("delete from marts.picture; insert into marts.picture by name from drawn")
    page = render(filled)
    assert page.count("<svg") == 5  # the fair look and the grid have sections of their own only where there are results
    parsed = parse(page)
    assert (parsed.faults, parsed.open) == ([], [])
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {address[0] for address in parsed.addresses} == {"#"}
    assert not {a[1:] for a in parsed.addresses} - set(parsed.ids)
    assert not re.search(r"@import|<script|url\((?!#)", page)


def test_the_same_release_gives_the_same_page(filled, places):
    path = write_report(filled, places)
    assert path == places.report / "index.html"
    assert path.read_text(encoding="utf-8") == render(filled)
    assert [file.name for file in places.report.iterdir()] == ["index.html"]


def test_ours_and_printed_stand_side_by_side_with_their_verdict(filled):
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render(filled)))
    assert "100 7.3 printed 8 11 printed 39" in text
    assert "beyond follow up" in text
    assert "log-rank P &lt;0.001" in text
    assert "Cohort mh n mh 41 12 different expected exact" in text


def test_the_headline_counts_exact_figures_and_no_constant(filled):
    filled.execute("delete from marts.paper_comparison")
    for metric, verdict in (("a", "exact"), ("b", "exact_p"), ("c", "worded"), ("d", "nearest"), ("e", "stated")):
        filled.execute(
            """insert into marts.paper_comparison (position, metric_id, study_group, statistic, printed, verdict,
                as_expected, other_tests, premises_met) values (1, ?, 'na', 'p_value', '1', ?, true, ?, true)""",
            [metric, verdict, ["fisher 0.367"] if verdict == "nearest" else None],
        )
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render(filled)))
    assert "2 of 4 printed figures come out exactly; 2 others are explained one by one" in told
    assert "Other tests: fisher 0.367." in told
    filled.execute("update marts.paper_comparison set verdict = 'different' where metric_id = 'c'")
    told = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", render(filled)))
    assert "2 of 4 printed figures come out exactly; 1 others are explained one by one , 1 differ" in told


@pytest.mark.parametrize(
    ("verdicts", "badges"),
    [
        (["exact", "exact"], ["exact"]),
        (["exact", "exact_p"], ["exact", "exact_p"]),
        (["exact_p"], ["exact_p"]),
        (["exact", "worded"], ["worded"]),
        (["exact", "nearest", "twin"], ["nearest", "twin"]),
        (["nearest", "different"], ["different", "nearest"]),
        ([], []),
    ],
)
def test_a_row_has_the_badges_that_its_figures_earned(verdicts, badges):
    assert merge({"verdicts": verdicts}) == badges


def test_a_release_without_quality_tables_or_patients_still_has_a_page(release):
    page = render(release)
    assert "This release holds no quality tables" in page
    assert "Synthetic patients" not in page
    assert parse(page).faults == []


def test_quality_and_provenance_are_counts_and_names(filled, insert):
    insert("staging.site", site="demo", synthetic=True)
    for feed, records in (("lab_result", 1000), ("lab_result", 234), ("patient", 7)):
        insert("staging.accounting", feed=feed, records=records, accepted=records - 2, quarantined=2, superseded=0)
    for record in (5, 6):
        insert("staging.quarantine", rule="lab_result.value.range", reason="outside <b>", record=record)
    insert("quality.results", rule="marts.x", severity="warning", evaluated=10, failed=1, verdict="failed",
           sentence="Scores agree.", what_to_do="Ask.")  # fmt: skip
    insert(
        "quality.release",
        release_id="2026-06-30-abc",
        data_lock="2026-06-30",
        code_version="1",
        vocabulary_version=None,
    )
    page = render(filled)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "lab result 1,234 1,230 0 4" in text
    assert "lab_result.value.range outside &lt;b&gt; 2" in text
    assert "marts.x warning 10 1 Scores agree. Ask." in text
    assert "of release 2026-06-30-abc, data locked on 2026-06-30" in text
    assert "Synthetic patients." in text
    assert "outside <b>" not in page


def test_no_patient_is_read(filled, insert):
    insert("marts.patient", person_id=770011223344, age_years=93, study_group="mh")
    page = render(filled)
    assert "770011223344" not in page
    filled.execute("drop table marts.patient")
    assert render(filled) == page


@pytest.mark.parametrize("draw", [figures.kaplan_meier, figures.trough_trajectory])
def test_figures_are_drawn_from_nothing(release, draw):
    assert draw(release).axes


@pytest.mark.parametrize("draw", [tiles.endoscopic_change, tiles.trough_heat, swimmer])
def test_plain_pictures_are_drawn_from_nothing(release, draw):
    assert ET.fromstring(draw(release)).tag.endswith("svg")  # noqa: S314 - made by ourselves


def test_tiles_and_lanes_say_what_they_count(filled, insert):
    insert(
        "marts.trough_heat",
        study_group="mh",
        from_day=2,
        to_day=3,
        from_ng_ml=7.5,
        to_ng_ml=10.0,
        patients=4,
        share=0.4,
    )
    insert("marts.trough_heat", study_group="mh", from_day=2, to_day=3, from_ng_ml=20.0, patients=6, share=0.6)
    heat = tiles.trough_heat(filled)
    assert "days 2 to 3, 7.5 to 10 ng/mL: 4 patients, 40 %" in heat
    assert "days 2 to 3, 20 ng/mL and more: 6 patients, 60 %" in heat
    assert "UCEIS 7 before, 1 after: 6 patients" in tiles.endoscopic_change(filled)
    for lane, relapse in ((1, False), (2, True)):
        insert("marts.swimmer_lane", study_group="nmh", lane=lane, patients_a_lane=3, on_treatment_days=60,
               followed_days=900 - 400 * lane, relapse=relapse)  # fmt: skip
    lanes = swimmer(filled)
    assert "a lane: 3 patients" in lanes
    assert lanes.count(DIAMOND) == 2, "one in the key, one relapse"


def test_the_sensitivity_grid_is_told_with_its_two_named_analyses(filled, insert):
    for reading, ratio, zero in (("naive", 0.25, "remission"), ("primary", 1.5, "colonoscopy")):
        insert(
            "marts.sensitivity", healing_definition="mes_0_1", relapse_definition="protocol", time_zero=zero,
            colonoscopy_window="protocol", reading=reading, hazard_ratio=ratio, lower=ratio / 2, upper=None,
            n_mh=9, n_nmh=8,
        )  # fmt: skip
        insert("marts.sensitivity_choice", choice="time_zero", option=zero, significant=1, estimated=1,
               hazard_ratio_mean=ratio, variance_share=0.9)  # fmt: skip
    page = render(filled)
    assert "in 1 of 2 healing goes with fewer relapses, in 2 with P below 0.05" in page
    assert "when the group is known: 1.50 (0.75–∞), 9 and 8 patients" in page
    assert '<section id="sensitivity">' in page
