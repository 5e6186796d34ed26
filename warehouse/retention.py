"""The releases that are kept: found by name, frozen under one, put back in place, and let go when they are old."""

import re
import shutil

from warehouse import freeze
from warehouse.connection import connect
from warehouse.errors import DataError, UsageError
from warehouse.fingerprint import VERSION, content_hash
from warehouse.keep import Keep, reasons
from warehouse.lock import writer_lock
from warehouse.manifest import Manifest, load_manifest, releases
from warehouse.places import Places

NAME = re.compile(r"[a-z][a-z0-9_.-]{1,40}")
WORDS = ("latest", "current")


def current(places: Places) -> str | None:
    """Id of the release that analysts open now, as the file itself says it."""
    if not places.published.exists():
        return None
    with connect(places.published, read_only=True) as connection:
        return connection.execute("select release_id from quality.release").fetchall()[0][0]


def frozen(places: Places) -> dict[str, str]:
    """Names that studies gave, with the release of each."""
    links = sorted(places.frozen.iterdir()) if places.frozen.is_dir() else []
    return {link.name: link.resolve().name for link in links if link.is_symlink()}


def find(places: Places, word: str) -> Manifest:
    """A release by id, the beginning of an id, a frozen name, `latest` (made) or `current` (opened by analysts).

    Raises `UsageError` where there is none, or more than one.
    """
    kept = releases(places)
    if word == "latest" and kept:
        return kept[-1]
    wanted = current(places) if word == "current" else frozen(places).get(word, word)
    matching = [m for m in kept if wanted and m.release_id.startswith(wanted)]
    exact = [m for m in matching if m.release_id == wanted] or matching
    if len(exact) > 1:
        raise UsageError(f"{word} may mean {', '.join(m.release_id for m in exact)}. Write more of the id.")
    return exact[0] if exact else load_manifest(places, word)


def name(places: Places, wanted: str, release_id: str) -> None:
    """Freeze a release under a name: `data/frozen/<name>` leads to it, and it is never let go.

    A name that is taken by another release is a `UsageError`, because somebody cites it.
    """
    if not NAME.fullmatch(wanted) or wanted in WORDS:
        raise UsageError(
            f"{wanted} can't be a name: 2 to 41 of a-z, 0-9, dot, dash and underscore, a letter first, and neither "
            f"{' nor '.join(WORDS)}."
        )
    taken = frozen(places).get(wanted)
    if taken not in (None, release_id):
        raise UsageError(f"{wanted} is release {taken} already, and who cites it must find it. Choose another name.")
    if taken is None:
        places.frozen.mkdir(parents=True, exist_ok=True)
        (places.frozen / wanted).symlink_to(f"../{places.releases.name}/{release_id}")


def restore(places: Places, release_id: str) -> Manifest:
    """Let analysts open a kept release again, in one step, after comparing its content with its manifest.

    Raises `DataError` where they differ, `UsageError` where they can't be compared.
    """
    manifest = load_manifest(places, release_id)
    if manifest.fingerprint != VERSION:
        raise UsageError(
            f"Release {release_id} was hashed in another way than this version does it, so nobody can say whether its"
            f" file is whole. Restore it with the version that made it, {manifest.code_version}."
        )
    file = places.releases / release_id / places.published.name
    if not file.is_file() or content_hash(file) != manifest.content_hash:
        raise DataError(
            f"The file of release {release_id} does not hold what its manifest says, so it was not restored; "
            f"{places.published.name} is what it was. Take the folder of the release from a backup."
        )
    with writer_lock(places):
        freeze.point(file, places.published)
    return manifest


def old(places: Places, keep: Keep) -> list[str]:
    """Ids of the releases that `prune` would let go, the oldest first."""
    made = [(manifest.release_id, manifest.created_at) for manifest in releases(places)]
    held = [*frozen(places).values(), *filter(None, [current(places)])]
    stays = reasons(made, held, keep)
    return [release_id for release_id, _ in made if release_id not in stays]


def prune(places: Places, keep: Keep) -> list[str]:
    """Let old releases go and return their ids. Who has one open reads on; a crash leaves no half release."""
    with writer_lock(places):
        gone = old(places, keep)
        for release_id in gone:
            (places.releases / release_id).rename(places.releases / f".{release_id}")
        for leaving in places.releases.glob(".*"):  # also what an earlier one could not finish
            shutil.rmtree(leaving)
    return gone
