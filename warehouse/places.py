"""Where one study's files lie: everything below two folders, the landing folder and the data folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from warehouse.errors import UsageError

DEFAULT_LANDING = "data/landing"
DEFAULT_DATA = "data"


@dataclass(frozen=True)
class Places:
    """The two folders that an operator chooses, and every place that follows from them."""

    landing: Path
    data: Path

    @classmethod
    def of(cls, landing: str | Path, data: str | Path) -> Self:
        """Places with absolute paths, so that a step that runs elsewhere means the same folders.

        Raises `UsageError` where the data folder is none, or lies in the landing folder, where it would be taken for
        a hospital's.
        """
        places = cls(Path(landing).absolute(), Path(data).absolute())
        if places.data.exists() and not places.data.is_dir():
            raise UsageError(f"{places.data} is a file, not a folder. Choose another folder with --data.")
        if places.data.resolve().is_relative_to(places.landing.resolve()):
            raise UsageError(
                f"The data folder {places.data} lies in the landing folder, where only hospitals put files. "
                "Choose another folder with --data."
            )
        return places

    @property
    def build(self) -> Path:
        """The warehouse being written; nobody but the writer opens it."""
        return self.data / "build.duckdb"

    @property
    def published(self) -> Path:
        """The release that analysts open."""
        return self.data / "mucosa.duckdb"

    @property
    def releases(self) -> Path:
        return self.data / "releases"

    @property
    def frozen(self) -> Path:
        """Names that lead to releases which are never let go."""
        return self.data / "frozen"

    @property
    def report(self) -> Path:
        return self.data / "report"

    @property
    def adjudication(self) -> Path:
        """Clinicians' corrections of labels, by pseudonym; need not exist."""
        return self.data / "adjudication.csv"

    @property
    def waivers(self) -> Path:
        """Known problems that may pass; need not exist."""
        return self.data / "waivers.toml"

    @property
    def vocabulary(self) -> Path:
        """What extends the built-in vocabulary: a download from Athena, mappings of local codes; need not exist."""
        return self.data / "vocabulary"

    @property
    def identified(self) -> Path:
        """Raw rows, file paths, crosswalk, key and error texts: readable by the owner only."""
        return self.data / "identified"

    @property
    def raw(self) -> Path:
        return self.identified / "raw"

    @property
    def typed(self) -> Path:
        """The records of raw, typed; what is lost of it is made again."""
        return self.identified / "typed"

    @property
    def key_file(self) -> Path:
        return self.identified / "pseudonym.key"

    @property
    def dagster_home(self) -> Path:
        return self.data / "dagster"

    @property
    def alerts(self) -> Path:
        """What was told to whom and what still has to be: readable by the owner only."""
        return self.data / "alerts"

    @property
    def lock(self) -> Path:
        """Held by whoever writes; the command line and the daemon share it."""
        return self.data / "writer.lock"
