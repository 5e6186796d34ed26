"""One person under two record numbers: the surviving number is used everywhere."""

import polars as pl

Links = dict[tuple[str, str], str]
"""Surviving record number by pseudonym_site and number given up."""


def prepare(frame: pl.DataFrame, patients: pl.DataFrame) -> pl.DataFrame:
    """Add `survivor_is_known` and `is_circular` to typed patient_link records.

    `patients` holds pseudonym_site and patient_id of the patient feed as delivered. A survivor that was itself given
    up is known where its links reach a patient: hospitals keep no patient record of numbers given up.
    """
    direct = _direct(frame)
    links = list(frame.select("pseudonym_site", "patient_id", "surviving_patient_id").iter_rows())
    named = frame.select("pseudonym_site", patient_id="surviving_patient_id")
    known = set(patients.join(named, on=["pseudonym_site", "patient_id"], how="semi").iter_rows())
    while more := {(site, old) for site, old, new in links if (site, new) in known} - known:
        known |= more
    return frame.with_columns(
        survivor_is_known=pl.Series([(site, new) in known for site, _, new in links], dtype=pl.Boolean),
        is_circular=pl.Series([follow(direct, site, old) is None for site, old, _ in links], dtype=pl.Boolean),
    )


def survivors(accepted: pl.DataFrame) -> pl.DataFrame:
    """pseudonym_site, patient_id and the number at the end of its chain of links; accepted links run in no circle."""
    direct = _direct(accepted)
    rows = [(site, number, follow(direct, site, number)) for site, number in direct]
    schema = {"pseudonym_site": pl.String, "patient_id": pl.String, "survivor": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def merge(frame: pl.DataFrame, survivors: pl.DataFrame) -> pl.DataFrame:
    """Replace each record number that was given up; `keeps_number` is false where that happened."""
    if survivors.is_empty():
        return frame.with_columns(keeps_number=pl.lit(True))
    return (
        frame.join(survivors, on=["pseudonym_site", "patient_id"], how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("survivor", "patient_id").alias("patient_id"),
            given_patient_id="patient_id",
            keeps_number=pl.col("survivor").is_null(),
        )
        .drop("survivor")
    )


def follow(direct: Links, site: str, number: str) -> str | None:
    """The number at the end of the chain; null where it comes back to a number that it has passed."""
    passed = {number}
    while (site, number) in direct:
        number = direct[site, number]
        if number in passed:
            return None
        passed.add(number)
    return number


def _direct(frame: pl.DataFrame) -> Links:
    named = frame.filter(pl.all_horizontal(pl.col("patient_id", "surviving_patient_id").is_not_null()))
    rows = named.sort("linked_on", "delivery", "record", nulls_last=False)
    return {
        (site, old): new
        for site, old, new in rows.select("pseudonym_site", "patient_id", "surviving_patient_id").iter_rows()
    }
