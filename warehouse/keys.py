"""Keyed pseudonyms: the same source key gives the same number, and without the secret nobody gets back.

A key is the first 63 bits of an HMAC-SHA256 (RFC 2104), because OMOP ids are signed; a collision is caught by the key
checks.
"""

import hashlib
import os
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

import duckdb
import polars as pl
import polars_hash as hashed

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
    """Give a connection the macros `row_key(kind, site, id)` and `person_key(site, id)`, both 63-bit BIGINT.

    The macros are temporary: the secret reads from session variables and is never written to a file.
    """
    secret = hashlib.sha256(key).hexdigest()  # as long as a block of SHA-256, so that HMAC takes it as it is
    connection.execute("set variable pseudonym_secret = $1", [secret])
    connection.execute("set variable hmac_inner = $1::blob", [bytes(b ^ 0x36 for b in secret.encode())])
    connection.execute("set variable hmac_outer = $1::blob", [bytes(b ^ 0x5C for b in secret.encode())])
    connection.execute(
        """create or replace temp macro row_key(kind, site, id) as
        (('0x' || left(sha256(getvariable('hmac_outer') || unhex(sha256(
            getvariable('hmac_inner') || encode(kind || '|' || site || '|' || id)))), 16))::ubigint >> 1)::bigint"""
    )
    connection.execute(f"create or replace temp macro person_key(site, id) as row_key('{PERSON}', site, id)")


def digest(connection: duckdb.DuckDBPyConnection) -> str:
    """What tells one installed secret from another without saying it."""
    return connection.execute("select sha256('which|' || getvariable('pseudonym_secret'))").fetchall()[0][0]


def of_persons(connection: duckdb.DuckDBPyConnection, numbers: pl.DataFrame) -> pl.Series:
    """`person_key` of each row of `numbers` (site, record number), in their order."""
    return of(connection, numbers, [PERSON])[PERSON]


def of(connection: duckdb.DuckDBPyConnection, numbers: pl.DataFrame, kinds: Sequence[str]) -> pl.DataFrame:
    """The keys of each row, a column named for each kind, in the order of `numbers`: the site, then a number a kind.

    They are what the macros give, a column at once.
    """
    secret = connection.execute("select getvariable('pseudonym_secret')").fetchall()[0][0]
    site, *columns = numbers.columns
    texts = {
        kind: hashed.concat_str(pl.lit(f"{kind}|"), site, pl.lit("|"), column)
        for kind, column in zip(kinds, columns, strict=True)
    }
    digests = numbers.select(text.chash.hmac_sha256(key=secret).alias(kind) for kind, text in texts.items())
    first = pl.all().str.slice(0, 16).str.to_integer(base=16, dtype=pl.UInt64)
    return digests.select((first // 2).cast(pl.Int64))
