"""What staging refused: one warning for each rule of an extract contract that fired."""

import duckdb

from expectations.result import Result
from expectations.rule import Owner

ANSWERS: tuple[Owner, str] = ("data manager", "schemas/extracts")
WHAT_TO_DO = "Look up file, record and line in staging.quarantine and have the source corrected."


def refusals(connection: duckdb.DuckDBPyConnection) -> list[Result]:
    """The rules by which records were refused: how many, of how many records of their feed.

    These verdicts were reached when the records were read; Great Expectations is not asked again.
    """
    found = connection.execute(
        """
        select q.rule, any_value(f.records), count(*), min(q.reason)
        from staging.quarantine as q
        join (
            select feed, sum(records)::bigint as records from staging.accounting group by feed
        ) as f using (feed)
        group by q.rule
        order by q.rule
        """
    ).fetchall()
    return [
        Result(rule, "staging.quarantine", "warning", records, refused, "failed", reason, WHAT_TO_DO, *ANSWERS)
        for rule, records, refused, reason in found
    ]
