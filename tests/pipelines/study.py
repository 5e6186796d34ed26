"""The paper's cohort with one raw value changed at a time, built without checks or release."""

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

from assets import layers
from assets.resource import Warehouse
from warehouse import connection
from warehouse.places import Places

Row = dict[str, str]
Cell = tuple[str, str, str]


class Study:
    """A copy of the landing folder, the truth about its patients, and the figures that come out of it."""

    def __init__(self, landed: Path, folder: Path) -> None:
        self.warehouse = Warehouse(landing=str(folder / "landing"), data=str(folder / "data"))
        shutil.copytree(landed, self.warehouse.places.landing)
        self.truth = json.loads((landed.parent / "TRUTH.json").read_text(encoding="utf-8"))

    def patient(self, wanted: Callable[[dict], bool]) -> dict:
        """The first patient of the analysed ones that is wanted."""
        return next(p for p in self.truth if p["group"] in ("mh", "nmh") and wanted(p))

    def edit(self, feed: str, wanted: Callable[[Row], bool], change: Row) -> int:
        """Put new values into the rows of a feed that are wanted; how many there were."""
        (file,) = self.warehouse.places.landing.rglob(f"{feed}.csv")
        with file.open(encoding="utf-8", newline="") as stream:
            rows = list(csv.DictReader(stream))
        found = [row for row in rows if wanted(row)]
        for row in found:
            row.update(change)
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return len(found)

    def rows(self, feed: str, wanted: Callable[[Row], bool]) -> list[Row]:
        """The rows of a feed that are wanted."""
        (file,) = self.warehouse.places.landing.rglob(f"{feed}.csv")
        with file.open(encoding="utf-8", newline="") as stream:
            return [row for row in csv.DictReader(stream) if wanted(row)]

    def build(self) -> None:
        """Every layer from raw to marts."""
        self.warehouse.places.data.mkdir(exist_ok=True)
        with connection.connect(self.warehouse.places.build) as build:
            connection.spare_threads(build, self.warehouse.places.build)
            for make in layers.BUILDS.values():
                make(build, self.warehouse)


def figures(places: Places) -> dict[Cell, tuple[float | None, str | None]]:
    """Our figure of every printed cell of a build, as a number and as text."""
    with connection.connect(places.build, read_only=True) as build:
        rows = build.execute(
            "select metric_id, study_group, statistic, ours_value, ours from marts.paper_comparison"
        ).fetchall()
    return {(metric, group, statistic): (value, text) for metric, group, statistic, value, text in rows}
