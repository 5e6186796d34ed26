"""Pseudonyms are keyed, stable, 63-bit, and the secret stays out of the file."""

import hashlib
import hmac
from pathlib import Path

import duckdb
import polars as pl
import pytest

from warehouse import keys
from warehouse.connection import connect
from warehouse.errors import UsageError

SECRET = b"an example secret"


def ask(expression: str, secret: bytes = SECRET) -> int:
    with duckdb.connect() as connection:
        keys.install(connection, secret)
        return connection.execute(f"select {expression}").fetchall()[0][0]


def by_python(kind: str, site: str, number: str) -> int:
    """The first 63 bits of Python's own HMAC-SHA256 under the secret's digest."""
    secret = hashlib.sha256(SECRET).hexdigest().encode()
    return int(hmac.new(secret, f"{kind}|{site}|{number}".encode(), hashlib.sha256).hexdigest()[:16], 16) >> 1


def test_a_key_is_the_first_63_bits_of_an_hmac_sha256() -> None:
    assert ask("row_key('lab_result', 'demo', 'L1')") == by_python("lab_result", "demo", "L1")
    assert ask("person_key('demo', '患者 7')") == by_python("person", "demo", "患者 7")


def test_a_column_has_the_keys_of_the_macros() -> None:
    """Nothing, no text, signs of several bytes, and texts around and beyond a block of 64 bytes."""
    numbers = [None, "", "1", "患者 7", "a'|\0", *("x" * length for length in (44, 45, 46, 63, 64, 65, 500))]
    asked = pl.DataFrame({"site": "demo", "patient": numbers, "result": numbers})
    with duckdb.connect() as connection:
        keys.install(connection, SECRET)
        found = keys.of(connection, asked, ["person", "lab_result"]).rows()
        macros = "select person_key(site, patient), row_key('lab_result', site, result) from asked"
        assert found == connection.execute(macros).fetchall()
    assert found[0] == (None, None)
    assert found[1:] == [
        (by_python("person", "demo", n), by_python("lab_result", "demo", n)) for n in numbers[1:] if n is not None
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("person_key('a', '1')", "person_key('b', '1')"),
        ("row_key('encounter', 'a', '1')", "row_key('condition', 'a', '1')"),
        ("row_key('encounter', 'a', '1')", "row_key('encounter', 'a', '01')"),
    ],
    ids=["the same number at two sites", "the same number in two feeds", "a leading zero"],
)
def test_keys_differ(one: str, other: str) -> None:
    assert ask(one) != ask(other)


def test_another_secret_gives_other_keys() -> None:
    for expression in ("person_key('a', '1')", "row_key('encounter', 'a', '1')"):
        assert ask(expression) != ask(expression, b"another secret")


def test_keys_are_positive_bigints() -> None:
    with duckdb.connect() as connection:
        keys.install(connection, SECRET)
        low, high, kind = connection.execute(
            "select min(k), max(k), any_value(typeof(k)) "
            "from (select person_key('a', i::varchar) as k from range(5000) as r(i))"
        ).fetchall()[0]
    assert kind == "BIGINT"
    assert 0 <= low < high < 2**63


def test_the_secret_is_not_written_into_the_database(tmp_path: Path) -> None:
    path = tmp_path / "build.duckdb"
    with connect(path) as connection:
        keys.install(connection, SECRET)
        connection.execute("create table staging.t as select person_key('a', '1') as person_key")
        written = [connection.execute("select getvariable('pseudonym_secret')").fetchall()[0][0].encode(), SECRET]
    content = path.read_bytes()
    assert not [secret for secret in written if secret in content]
    with connect(path) as connection, pytest.raises(duckdb.CatalogException):
        connection.execute("select person_key('a', '1')")


def test_a_key_file_is_made_once_and_for_the_owner_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MUCOSA_PSEUDONYM_KEY", raising=False)
    path = tmp_path / "identified" / "pseudonym.key"
    first = keys.load_key(path, synthetic=False)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert keys.load_key(path, synthetic=False) == first != keys.DEMO_KEY
    assert keys.load_key(path, synthetic=True) == keys.DEMO_KEY
    path.chmod(0o644)
    with pytest.raises(UsageError, match="chmod 600"):
        keys.load_key(path, synthetic=False)
    monkeypatch.setenv("MUCOSA_PSEUDONYM_KEY", "g" * 32)
    assert keys.load_key(path, synthetic=False) == b"g" * 32
    monkeypatch.setenv("MUCOSA_PSEUDONYM_KEY", "g" * 31)
    with pytest.raises(UsageError, match="32 characters"):
        keys.load_key(path, synthetic=False)
