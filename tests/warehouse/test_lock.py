"""One writer at a time, and a crash opens the door again."""

import os
import signal
import subprocess
import sys

import pytest

from warehouse.errors import UsageError
from warehouse.lock import writer_lock
from warehouse.places import Places

HOLD = """
import sys, time
from warehouse.lock import writer_lock
from warehouse.places import Places
with writer_lock(Places.of(sys.argv[1], sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_step_inside_a_locked_night_enters(places: Places) -> None:
    with writer_lock(places):
        with writer_lock(places):
            pass
        assert places.lock.read_text() == f"{os.getpid()}\n"


def test_the_next_writer_may_follow(places: Places) -> None:
    for _ in range(2):
        with writer_lock(places):
            assert places.lock.read_text() == f"{os.getpid()}\n"


def test_two_data_folders_do_not_disturb_each_other(places: Places) -> None:
    other = Places(places.landing, places.data.with_name("other"))
    with writer_lock(places), writer_lock(other):
        assert other.lock.exists()


def test_a_second_writer_is_told_who_writes_and_a_killed_one_leaves_no_lock(places: Places) -> None:
    command = [sys.executable, "-c", HOLD, str(places.landing), str(places.data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        told = pytest.raises(UsageError, match=rf"Process {holder.pid} is writing.*--data")
        with told, writer_lock(places):
            pytest.fail("two writers at once")
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with writer_lock(places):
        assert places.lock.read_text() == f"{os.getpid()}\n"
