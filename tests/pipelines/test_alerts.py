"""Alerts: said once, said again when worse, kept until they arrive, taken back on recovery, and never with a secret."""

import datetime as dt
import os
import socket
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import polars as pl
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from dagster import DagsterInstance, DagsterRunStatus, build_sensor_context, job

from assets.raw import rhythm
from assets.resource import Warehouse
from pipelines.alerts import alive, channel, ledger, sensor, watch
from pipelines.alerts.problem import Problem, Seen
from pipelines.definitions import defs
from tests.conftest import Mucosa
from tests.pipelines.conftest import folders
from tests.pipelines.hook import Hook
from warehouse.errors import UsageError
from warehouse.places import Places

NOON = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def problem(rule: str = "lab_result.unit.unit", *where: str, level: str = "warning") -> Problem:
    return Problem.model_validate(
        {
            "source": "night",
            "level": level,
            "rule": rule,
            "subject": "staging.quarantine",
            "sentence": "The unit is not known.",
            "observed": "3 of 12 records of the feed were refused",
            "allowed": "none",
            "where": where,
            "what_to_do": "Ask the hospital.",
        }
    )


def night(places: Places, at: dt.datetime, *found: Problem, green: bool = True) -> None:
    """A night that ended at a certain time, in which every rule was asked."""
    channels = channel.urls(places)
    with ledger.opened(places) as state:
        news = ledger.settle(state, found, lambda _: green, Seen(at=at, run="0123456789"), tell=bool(channels))
        channel.post_news(state, channels, news, at)
        channel.deliver(state, channels, at)


def test_a_problem_is_told_once_until_it_recovers(places: Places, receiver: Hook) -> None:
    for days in range(4):
        night(places, NOON + days * DAY, problem())
    night(places, NOON + 5 * DAY)
    night(places, NOON + 6 * DAY)
    assert receiver.titles == ["warning: lab_result.unit.unit", "recovered: lab_result.unit.unit"]
    night(places, NOON + 7 * DAY, problem())
    assert len(receiver.received) == 3


def test_a_problem_that_stays_is_told_again_after_some_days(places: Places, receiver: Hook) -> None:
    for days in (0, 6, 7, 8):
        night(places, NOON + days * DAY, problem())
    assert receiver.titles == ["warning: lab_result.unit.unit", "still warning: lab_result.unit.unit"]
    assert "Since: 2026-07-01 12:00 UTC" in receiver.received[1]["message"]


def test_the_same_problem_in_another_delivery_is_news(places: Places, receiver: Hook) -> None:
    night(places, NOON, problem("a", "demo|2026-06-30"))
    night(places, NOON + DAY, problem("a", "demo|2026-06-30"))
    night(places, NOON + 2 * DAY, problem("a", "demo|2026-06-30", "demo|2026-07-02"))
    assert receiver.titles == ["warning: a", "warning: a"]


def test_what_was_not_asked_has_not_recovered(places: Places, receiver: Hook) -> None:
    night(places, NOON, problem())
    night(places, NOON + DAY, green=False)
    assert len(receiver.received) == 1
    assert list(ledger.read(places).open) == ["lab_result.unit.unit staging.quarantine"]


def test_a_night_is_one_message_with_everything_to_act_on(places: Places, receiver: Hook) -> None:
    found = [problem(f"rule{i}", "demo|2026-06-30") for i in range(20)]
    night(places, NOON, *found, problem("worst", level="critical"))
    (message,) = receiver.received
    assert message["type"] == "failure"
    assert message["title"].endswith(": critical: worst and 20 more")
    head = message["message"].partition("\n\n")[0].splitlines()
    assert head == [
        "CRITICAL worst on staging.quarantine",
        "The unit is not known.",
        "Observed: 3 of 12 records of the feed were refused",
        "Allowed: none",
        "Since: 2026-07-01 12:00 UTC, run 01234567",
        "What to do: Ask the hospital.",
        "Run: http://127.0.0.1:3000/runs/0123456789",
    ]
    assert all(rule.rule in message["message"] for rule in found)


def test_what_cannot_be_delivered_is_kept_and_sent_in_order(places: Places, receiver: Hook) -> None:
    receiver.answer = 500
    night(places, NOON, problem("a"))
    night(places, NOON + DAY, problem("b"))
    assert watch.look(places, NOON + DAY) == 3  # the third says that the channel is deaf
    assert receiver.received == []
    receiver.answer = 200
    assert watch.look(places, NOON + 2 * DAY) == 0
    assert receiver.titles == ["warning: a", "warning: b; recovered: a", "warning: alert.channel"]
    assert "RECOVERED\na on staging.quarantine" in receiver.received[1]["message"]
    assert watch.look(places, NOON + 3 * DAY) == 0
    assert receiver.titles[-1] == "recovered: alert.channel"


def test_one_dead_channel_does_not_silence_the_other(
    places: Places, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(channel.VARIABLE, f"json://127.0.0.1:9/secret-of-the-channel {receiver.url}")
    night(places, NOON, problem())
    watch.look(places, NOON + DAY)
    assert receiver.titles == ["warning: lab_result.unit.unit", "warning: alert.channel"]
    assert "on channel 1 (json)" in receiver.received[1]["message"]
    (kept,) = {tuple(message.pending) for message in ledger.read(places).outbox}
    assert kept == (channel.mark("json://127.0.0.1:9/secret-of-the-channel"),)
    files = [file for file in places.alerts.rglob("*") if file.is_file()]
    assert [file.name for file in files if "secret" in file.read_text(encoding="utf-8")] == []


def test_without_a_channel_problems_wait_for_somebody_to_tell(
    places: Places, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(channel.VARIABLE)
    night(places, NOON, problem())
    monkeypatch.setenv(channel.VARIABLE, receiver.url)
    watch.look(places, NOON + DAY)
    assert receiver.titles == ["warning: lab_result.unit.unit"]


class Postbox:
    """Keeps the mails that a real SMTP server takes."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content or b"", policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def test_a_mail_arrives(mucosa: Mucosa, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(Postbox(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        url = f"mailto://127.0.0.1:{port}?from=mucosa@example.org&to=oncall@example.org"
        monkeypatch.setenv(channel.VARIABLE, url)
        night(places, NOON, problem("lab_result.value.accepted_range", "demo|2026-06-30"))
        done = mucosa("alert", "test", "--data", str(places.data), alerts=url)
    finally:
        server.stop()
    assert (done.returncode, done.stdout) == (0, "✓ channel 1 (mailto)\n")
    first, trial = server.handler.mails
    assert first["To"] == "oncall@example.org"
    assert "lab_result.value.accepted_range" in first["Subject"]
    text = first.get_body(("plain", "html")).get_content()
    assert "demo|2026-06-30" in text
    assert "3 of 12 records" in text
    assert "a test" in trial["Subject"]


def test_a_channel_that_fails_is_named_without_its_secret(mucosa: Mucosa, tmp_path: Path) -> None:
    done = mucosa("alert", "test", "--data", str(tmp_path), alerts="json://127.0.0.1:9/hidden")
    assert done.returncode == 1
    assert "channel 1 (json)" in done.stderr
    wrong = mucosa("alert", "test", "--data", str(tmp_path), alerts="nonsense://user:hidden@example.org")
    assert wrong.returncode == 2
    assert "channel 1 (nonsense)" in wrong.stderr
    assert "hidden" not in done.stdout + done.stderr + wrong.stdout + wrong.stderr


def test_channels_from_a_file_that_others_may_read_are_refused(places: Places) -> None:
    file = ledger.folder(places) / channel.FILE
    file.write_text("# on call\njson://one\n\njson://two\n", encoding="utf-8")
    file.chmod(0o600)
    assert channel.urls(places) == ["json://one", "json://two"]
    file.chmod(0o640)
    with pytest.raises(UsageError, match="chmod 600"):
        channel.urls(places)


def test_the_night_that_published_told_its_warnings_once(published: Places, told: list[dict[str, str]]) -> None:
    """The dirt of the synthetic hospital holds a trough of 1,500 ng/mL: quarantined, published around, told."""
    (message,) = told
    assert message["type"] == "warning"
    parts = dict(part.split("\n", 1) for part in message["message"].split("\n\n") if part.startswith("WARNING"))
    lines = parts["WARNING lab_result.value.accepted_range on staging.quarantine"].splitlines()
    assert lines[1].startswith("Observed: 2 of ")
    assert "Where: demo|2026-06-30" in lines
    assert next(line for line in lines if line.startswith("Run: http://127.0.0.1:3000/runs/"))
    assert (published.alerts / "state.json").stat().st_mode & 0o777 == 0o600
    assert published.alerts.stat().st_mode & 0o777 == 0o700


def test_a_silent_part_raises_one_alert_and_its_return_another(places: Places, receiver: Hook) -> None:
    places.data.mkdir()
    alive.sign(places, "landing_sensor", NOON, NOON + dt.timedelta(minutes=15))
    for minutes in (14, 16, 30):
        watch.look(places, NOON + dt.timedelta(minutes=minutes))
    alive.sign(places, "landing_sensor", NOON + DAY, NOON + 2 * DAY)
    watch.look(places, NOON + DAY)
    assert receiver.titles == ["critical: alive", "recovered: alive"]
    assert "alive on landing_sensor" in receiver.received[0]["message"]


def test_the_daily_sign_of_life_comes_once_a_day(
    places: Places, receiver: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUCOSA_HEARTBEAT_HOUR", "0")
    for hours in (0, 1, 24, 25):
        watch.look(places, NOON + dt.timedelta(hours=hours))
    assert receiver.titles == ["alive", "alive"]


@pytest.mark.parametrize("feed", ["lab_result", "endoscopy", "patient"])
def test_a_feed_that_stopped_coming_is_late_the_day_after_its_grace(places: Places, receiver: Hook, feed: str) -> None:
    """The Japanese site promises a delivery every 31 days, and asks for 7 days of grace."""
    first = [("jp", "jp|2026-06-01", name) for name in ("patient", "lab_result", "endoscopy")]
    second = [("jp", "jp|2026-07-02", name) for _, _, name in first if name != feed]
    places.identified.mkdir(parents=True)
    listing = pl.DataFrame([*first, *second], schema=["site", "delivery", "feed"], orient="row")
    listing.write_parquet(places.identified / "files.parquet")
    due = dt.datetime(2026, 7, 9, 12, tzinfo=dt.UTC)
    assert [r.feed for r in rhythm.rhythms(places, due + DAY) if r.late and (r.feed in listing["feed"])] == [feed]
    last_day = [r for r in rhythm.rhythms(places, due) if r.late]
    assert last_day == []
    watch.look(places, due + DAY)
    (message,) = receiver.received
    assert "landing.freshness on landing of jp" in message["message"]
    assert feed in message["message"].partition("Where: ")[2].splitlines()[0]


@job(name="night")
def dead_night() -> None:
    """A night of which only the record is left."""


def test_a_run_that_dies_before_any_check_is_told_by_the_sensor(places: Places, receiver: Hook) -> None:
    warehouse = Warehouse(landing=str(places.landing), data=str(places.data))
    with DagsterInstance.ephemeral() as instance:
        dead = f"{socket.gethostname()} 999999999 1"
        runs = [
            instance.create_run_for_job(dead_night, status=DagsterRunStatus.STARTED, tags=tags)
            for tags in (sensor.process_tag(), {sensor.PROCESS: dead})
        ]
        context = build_sensor_context(instance=instance, resources={"warehouse": warehouse}, definitions=defs)
        result = sensor.alert_sensor.evaluate_tick(context)
        states = [instance.get_run_by_id(run.run_id).status for run in runs]
    assert states == [DagsterRunStatus.STARTED, DagsterRunStatus.FAILURE]
    (message,) = receiver.received
    assert message["title"].endswith("critical: night.failed")
    assert "its process was killed" in message["message"]
    assert f"/runs/{runs[1].run_id}" in message["message"]
    assert {event.check_name for event in result.asset_events} == {"freshness"}
    assert {sign.name for sign in alive.signs(places)} == {"alert_sensor", "landing_sensor", "nightly"}


def test_a_run_is_dead_when_its_process_is_gone_was_not_waited_for_or_gave_its_number_to_another() -> None:
    ours = sensor.process_tag()[sensor.PROCESS]
    host, number, began = ours.split()
    with subprocess.Popen([sys.executable, "-c", ""]) as ended, DagsterInstance.ephemeral() as history:
        os.waitid(os.P_PID, ended.pid, os.WEXITED | os.WNOWAIT)
        ended_began = Path(f"/proc/{ended.pid}/stat").read_text(encoding="ascii").split()[21]
        said = (
            ours,
            "elsewhere 1 1",
            f"{host} {ended.pid} {ended_began}",
            f"{host} {number} {int(began) - 1}",
            f"{host} 999999999 1",
        )
        runs = [
            history.create_run_for_job(dead_night, status=DagsterRunStatus.STARTED, tags={sensor.PROCESS: tag})
            for tag in said
        ]
        sensor.reap(history)
        states = [history.get_run_by_id(run.run_id).status for run in runs]
    assert states == [DagsterRunStatus.STARTED] * 2 + [DagsterRunStatus.FAILURE] * 3


def test_the_status_shows_what_is_open_and_changes_nothing(mucosa: Mucosa, published: Places) -> None:
    state = (published.alerts / "state.json").read_bytes()
    status = mucosa("alert", "status", "--data", str(published.data), alerts="json://nobody/secret-of-the-channel")
    assert status.returncode == 0, status.stderr
    assert "WARNING lab_result.value.accepted_range on staging.quarantine" in status.stdout
    assert "Last night: green" in status.stdout
    assert "channel 1 (json): 0 waiting" in status.stdout
    assert "secret" not in status.stdout
    assert (published.alerts / "state.json").read_bytes() == state


def test_the_watch_from_outside_needs_no_daemon_and_fails_while_nothing_arrives(mucosa: Mucosa, places: Places) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    alive.sign(places, "alert_sensor", long_ago, long_ago)
    with Hook() as receiver:
        receiver.answer = 500
        words = ("alert", "watch", *folders(places))
        failing = mucosa(*words, alerts=receiver.url)
        receiver.answer = 200
        done = mucosa(*words, alerts=receiver.url)
    assert (failing.returncode, done.returncode) == (1, 0), done.stderr
    assert "mucosa alert test" in failing.stderr
    assert "critical: alive" in receiver.titles
