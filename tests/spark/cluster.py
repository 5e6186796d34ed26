"""A real Spark on the loopback address: one master and two workers, each a process of its own that can be killed."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FAST = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""A JVM that lives for a minute has no use for its second compiler."""
PATIENCE = 180.0
DEFAULTS = f"""
spark.driver.host 127.0.0.1
spark.driver.memory 512m
spark.executor.memory 512m
spark.ui.enabled false
spark.driver.extraJavaOptions {FAST}
spark.executor.extraJavaOptions {FAST}
"""
"""What a site's `spark-defaults.conf` says; the test's own site is small."""


class Cluster(NamedTuple):
    """Where the master listens, and the workers."""

    master: str
    workers: list[subprocess.Popen[bytes]]

    def kill(self, number: int) -> None:
        """End a worker with all that it started, as a machine that loses power does."""
        os.killpg(self.workers[number].pid, signal.SIGKILL)
        self.workers[number].wait()


def environment(folder: Path) -> dict[str, str]:
    """What every process of the cluster is told."""
    import pyspark

    home = str(Path(pyspark.__file__).parent)
    return {
        **os.environ,
        "SPARK_HOME": home,
        "SPARK_CONF_DIR": str(folder / "conf"),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_LOCAL_DIRS": str(folder / "local"),
        "SPARK_WORKER_DIR": str(folder / "work"),
        "SPARK_DAEMON_MEMORY": "256m",
        "SPARK_DAEMON_JAVA_OPTS": FAST,
        "PYSPARK_PYTHON": sys.executable,
    }


@contextlib.contextmanager
def running(folder: Path, workers: int = 2, cores: int = 1) -> Iterator[Cluster]:
    """Start it, and end every process of it afterwards."""
    (folder / "conf").mkdir(parents=True)
    (folder / "conf" / "spark-defaults.conf").write_text(DEFAULTS, encoding="utf-8")
    spark = [str(Path(environment(folder)["SPARK_HOME"]) / "bin" / "spark-class")]
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, *words: str) -> Path:
        log = folder / f"{name}.log"
        with log.open("wb") as written:
            command = [*spark, f"org.apache.spark.deploy.{words[0]}", "--host", "127.0.0.1", *words[1:]]
            command += ["--webui-port", "0"]
            started.append(
                subprocess.Popen(
                    command,
                    stdout=written,
                    stderr=subprocess.STDOUT,
                    env=environment(folder),
                    start_new_session=True,
                )
            )
        return log

    try:
        log = start("master", "master.Master", "--port", "0")
        address = _awaited(log, r"Starting Spark master at (spark://\S+)")
        logs = [
            start(f"worker{n}", "worker.Worker", "--cores", str(cores), "--memory", "1g", address)
            for n in range(workers)
        ]
        for log in logs:
            _awaited(log, r"(Successfully registered with master)")
        yield Cluster(address, started[1:])
    finally:
        for process in started:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _awaited(log: Path, said: str) -> str:
    """What a process says in its log, once it does."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if found := re.search(said, log.read_text(encoding="utf-8", errors="replace")):
            return found[1]
        time.sleep(0.2)
    raise TimeoutError(f"{log.name} never said {said}: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
