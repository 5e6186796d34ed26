"""Processes beside this one: they answer, fail aloud, and never outlive it."""

import math
import os
import signal
import subprocess
import sys
import time
from functools import partial

import pytest

from warehouse import beside, verdicts
from warehouse.connection import connect, share
from warehouse.errors import BusyError, UsageError
from warehouse.places import Places


def test_answers_come_in_the_order_of_the_questions() -> None:
    assert beside.together([partial(pow, 2, n) for n in range(5)]) == [1, 2, 4, 8, 16]
    assert os.getpid() not in beside.together([os.getpid, os.getpid])


def test_an_exception_is_raised_here_and_the_next_question_is_answered() -> None:
    with pytest.raises(ValueError, match="math domain error"):
        beside.together([partial(math.sqrt, 4), partial(math.sqrt, -1)])
    assert beside.together([partial(math.sqrt, 4)]) == [2]


def test_a_helper_that_was_killed_is_told_and_replaced() -> None:
    with pytest.raises(ChildProcessError, match="lack of memory"):
        beside.together([partial(os.kill, beside.helpers()[-1].process.pid, signal.SIGKILL), partial(time.sleep, 60)])
    assert beside.together([partial(pow, 2, 3)]) == [8]


def test_no_helper_outlives_a_process_that_was_killed() -> None:
    """It would hold the build open, and the next night would find it locked."""
    work = "import time; print('working', flush=True); time.sleep(120)"
    code = (
        "from functools import partial; from warehouse import beside\n"
        f"beside.LOADED.clear(); beside.together([partial(exec, {work!r})])"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline() == "working\n"
        parent.kill()
        parent.communicate(timeout=60)  # ends when nobody holds its output open any more, a helper neither


def test_without_helpers_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "helpers", tuple)
    assert beside.together([os.getpid]) == [os.getpid()]


def test_memory_is_shared() -> None:
    assert (share("8GB", 2), share("500 MiB", 4)) == ("4GB", "125 MiB")


def test_answers_about_a_build_that_was_changed_meanwhile_are_refused(places: Places) -> None:
    with pytest.raises(UsageError, match="mucosa materialize"), verdicts.unchanged(places):
        pass
    places.data.mkdir()
    with connect(places.build):
        pass
    with verdicts.unchanged(places), connect(places.build, read_only=True) as build:
        assert build.execute("select 1").fetchall() == [(1,)]
    with pytest.raises(BusyError, match="ask them again"), verdicts.unchanged(places), connect(places.build) as build:
        build.execute("create table raw.planted as select 1 as one")
