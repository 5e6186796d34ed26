"""Keyed pseudonyms: the same source key gives the same number, and without the secret nobody gets back.

Persons use HMAC-SHA256 (RFC 2104); rows use a keyed MD5 prefix, which is cheap and only has to be stable and
not guessable. Both are 63-bit, because OMOP ids are signed; a collision is caught by the key checks.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl

from warehouse.errors import UsageError

PERSON = "person"
"""The kind of a key that is a patient's; all others are called after their feed."""
RANGE = 2**63
"""A key is at least zero and below this; keys are spread evenly."""
SHORTEST_KEY = 32
"""Characters; `secrets.token_hex(16)`, 128 bits, has as many."""
DEMO_KEY = b"mucosa demo key: synthetic patients only"
"""Used for synthetic data only, so that the demonstration gives the same ids everywhere."""


def load_key(path: Path, *, synthetic: bool) -> bytes:
    """The secret: from `MUCOSA_PSEUDONYM_KEY`, else the key file, made on first use with owner-only rights.

    Raises `UsageError` when others may read the file, or when the variable holds less than a key should.
    """
    if value := os.environ.get("MUCOSA_PSEUDONYM_KEY"):
        if len(value) < SHORTEST_KEY:
            raise UsageError(
                f"MUCOSA_PSEUDONYM_KEY is shorter than {SHORTEST_KEY} characters and could be guessed. Make one with: "
                "python3 -c 'import secrets; print(secrets.token_hex(32))'"
            )
        return value.encode()
    if synthetic:
        return DEMO_KEY
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UsageError(f"The key file {path.name} may be read by others. Run: chmod 600 {path}")
    return path.read_bytes().strip()


def install(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Give a connection the macros `person_key(site, id)` and `row_key(kind, site, id)`, both 63-bit BIGINT.

    The macros are temporary: the secret reads from session variables and is never written to a file.
    """
    block = hashlib.sha256(key).digest().ljust(64, b"\0")
    connection.execute("set variable hmac_inner = $1::blob", [bytes(b ^ 0x36 for b in block)])
    connection.execute("set variable hmac_outer = $1::blob", [bytes(b ^ 0x5C for b in block)])
    connection.execute("set variable row_secret = $1", [hashlib.sha256(b"row" + key).hexdigest()])
    connection.execute(
        """create or replace temp macro person_key(site, id) as
        (md5_number_lower(sha256(getvariable('hmac_outer') || unhex(sha256(
            getvariable('hmac_inner') || encode(site || '|' || id))))) >> 1)::bigint"""
    )
    connection.execute(
        """create or replace temp macro row_key(kind, site, id) as
        (md5_number_lower(getvariable('row_secret') || kind || '|' || site || '|' || id) >> 1)::bigint"""
    )


def digest(connection: duckdb.DuckDBPyConnection) -> str:
    """What tells one installed secret from another without saying it."""
    return connection.execute("select sha256('which|' || getvariable('row_secret'))").fetchall()[0][0]


def of_persons(connection: duckdb.DuckDBPyConnection, numbers: pl.DataFrame) -> pl.Series:
    """`person_key` of each row of `numbers` (site, record number), in their order."""
    return of(connection, numbers, [PERSON])[PERSON]


def of(connection: duckdb.DuckDBPyConnection, numbers: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    """The keys of each row, a column named for each kind, in the order of `numbers`: the site, then a number a kind."""
    wanted = numbers.rename(  # noqa: F841 - DuckDB finds it by its name; what is registered it would keep for long
        dict(zip(numbers.columns, ("site", *(f"number_{place}" for place in range(len(kinds)))), strict=True))
    ).with_row_index("place")
    asked = ", ".join(
        f"person_key(site, number_{place}) as {PERSON}"
        if kind == PERSON
        else f"row_key('{kind}', site, number_{place}) as {kind}"
        for place, kind in enumerate(kinds)
    )
    return connection.execute(f"select {asked} from wanted order by place").pl()
