"""Pseudonyms are keyed, stable, 63-bit, and the secret stays out of the file."""

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest

from warehouse import keys
from warehouse.connection import connect
from warehouse.errors import UsageError

SECRET = b"an example secret"


def ask(expression: str, secret: bytes = SECRET) -> int:
    with duckdb.connect() as connection:
        keys.install(connection, secret)
        return connection.execute(f"select {expression}").fetchall()[0][0]


def test_person_key_is_hmac_sha256() -> None:
    """Computed a second time by Python: HMAC under the secret's digest, shortened by MD5 to 63 bits."""
    digest = hmac.new(hashlib.sha256(SECRET).digest(), "demo|患者 7".encode(), hashlib.sha256).hexdigest()
    half = hashlib.md5(digest.encode(), usedforsecurity=False).digest()[8:]
    assert ask("person_key('demo', '患者 7')") == int.from_bytes(half, "little") >> 1


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
        written = [connection.execute("select getvariable('row_secret')").fetchall()[0][0].encode(), SECRET]
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
