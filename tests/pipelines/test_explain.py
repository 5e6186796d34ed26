"""One patient's story tells what the labels hold, names the failed condition, and shows nobody else."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from assets.explain import picture, story
from schemas.study import load
from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from warehouse import connection
from warehouse.errors import UsageError
from warehouse.places import Places

# where each patient of the release leaves on the way to mucosal healing, by the labels alone
LEFT = """
select min(o.person_id), case
    when e.person_id is null or e.first_failed_step is not null then 'tacrolimus'
    when m.first_failed_step = 'no_remission' then 'clinical_remission'
    when m.first_failed_step is not null then 'end_of_treatment_colonoscopy'
    else 'mucosal_healing' end as step,
    case when e.person_id is null then 'no_tacrolimus'
    else coalesce(e.reason, m.reason, h.reason, if(h.mucosal_healing, null, 'not_healed')) end as why
from omop.person as o
left join cohorts.eligibility as e on o.person_id = e.person_id
left join cohorts.membership as m on o.person_id = m.person_id
left join labels.mucosal_healing as h on o.person_id = h.person_id
group by 2, 3 order by 2, 3"""


@pytest.fixture(scope="module")
def release(published: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    with connection.connect(published.published, read_only=True) as opened:
        yield opened


def patient(release: duckdb.DuckDBPyConnection, table: str, where: str) -> int:
    return release.table(table).filter(where).order("person_id").select("person_id").fetchall()[0][0]


def test_why_not_names_the_step_and_reason_that_the_labels_hold(release) -> None:
    ways = release.execute(LEFT).fetchall()
    assert len(ways) >= 12, "the cohort has many ways to leave"
    for person, step, why in ways:
        stopped_at, conditions = story.why_not(release, "mucosal_healing", person)
        failed = [c for c in conditions if c.failed]
        assert (stopped_at, failed[0].reason if failed else None) == (step, why)
        flags = [c.failed for c in conditions]
        asked = flags.index(True) + 1 if failed else len(flags)
        assert flags == [False] * (asked - len(failed)) + [True] * len(failed) + [None] * (len(flags) - asked)


def test_a_condition_says_what_was_needed_and_what_was_found(release) -> None:
    person = patient(release, "cohorts.clinical_remission", "reason = 'not_reached'")
    _, conditions = story.why_not(release, "relapse", person)
    protocol = load().parameters()
    low = next(c for c in conditions if c.failed)
    lowest = release.execute(
        "select min(value_as_number)::integer from omop.measurement join cohorts.index_course using (person_id)"
        " where person_id = $1 and measurement_concept_id = $2 and measurement_date - start_on between $3 and $4",
        [person, *(protocol[n] for n in ("clinical_activity_index", "remission_min_days", "remission_max_days"))],
    ).fetchall()[0][0]
    assert (low.condition, low.needed, low.found) == ("low_index", "one of them at most 4", f"lowest {lowest}")


def test_why_not_relapse_tells_events_that_do_not_count(release) -> None:
    person = patient(release, "labels.relapse_candidate", "not_relapse_because = 'planned_switch'")
    _, conditions = story.why_not(release, "relapse", person)
    assert "planned switch" in conditions[-1].found


def test_the_timeline_holds_the_labels_and_their_records(release) -> None:
    person = patient(release, "labels.relapse", "relapse_on is not null")
    events = {event.kind: event for event in story.timeline(release, person)}
    for kind, table, day in (
        ("remission", "cohorts.clinical_remission", "remission_on"),
        ("relapse", "labels.relapse", "relapse_on"),
        ("healing", "labels.mucosal_healing", "if(mucosal_healing is null, null, colonoscopy_on)"),
        ("end", "labels.follow_up", "end_on"),
    ):
        (found,) = release.execute(f"select {day} from {table} where person_id = $1", [person]).fetchall()[0]
        assert found == (events[kind].occurred_on if kind in events else None), kind
    assert {"course", "phase", "trough", "score", "steroid", "endoscopy", "candidate"} <= set(events)
    known = story.records(release, list(events.values()))
    assert [e.kind for e in events.values() if e.row_ids and not all(row in known for row in e.row_ids)] == []


def test_the_picture_is_svg_and_names_nobody(release) -> None:
    for person in (
        patient(release, "labels.relapse", "relapse_on is not null"),
        patient(release, "omop.person", "true"),
    ):
        text = picture.draw(story.timeline(release, person), story.doses(release, person))
        ET.fromstring(text)  # noqa: S314 - made by ourselves
        assert str(person) not in text
    assert picture.draw([], []).startswith("<svg"), "nobody's story is an empty picture"


def test_the_command_shows_records_and_writes_down_that_lines_were_read(
    mucosa: Mucosa, published: Places, release, tmp_path: Path
) -> None:
    person = str(patient(release, "labels.mucosal_healing", "mucosal_healing"))
    log = published.identified / "access.log"
    before = len(log.read_text().splitlines()) if log.exists() else 0
    done = mucosa("explain", person, "--svg", str(tmp_path / "patient.svg"), *folders(published))
    assert done.returncode == 0, done.stderr
    shown = re.findall(r"\b(\d+:\d+)\b.*lab_result\.csv:\d+", done.stdout)
    assert shown
    assert "Mucosal healing: Mayo" in done.stdout
    assert len(log.read_text().splitlines()) - before >= len(set(shown))
    assert (tmp_path / "patient.svg").stat().st_mode & 0o077 == 0
    why = mucosa("explain", person, "--why-not", "mucosal_healing", *folders(published))
    assert "every condition is met" in why.stdout


def test_a_release_alone_is_enough(mucosa: Mucosa, published: Places, release) -> None:
    person = str(patient(release, "labels.mucosal_healing", "mucosal_healing"))
    done = mucosa("explain", person, "--release", str(published.published))
    assert done.returncode == 0, done.stderr
    assert "Clinical remission" in done.stdout
    assert ".csv" not in done.stdout


@pytest.mark.parametrize("name", ["4711", "P-001", "9" * 25])
def test_an_unknown_patient_is_an_error_that_names_nobody(release, name: str) -> None:
    with pytest.raises(UsageError) as error:
        story.person(release, name)
    assert not re.search(r"\d{4}", str(error.value))
