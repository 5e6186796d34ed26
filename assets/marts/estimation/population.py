"""Who is compared, and from which day on: the same patients under the paper's clock and under the fair ones."""

import polars as pl

from assets.statistics.landmark import landmark as restart

KNOWN_AT_REMISSION = ("age_decades", "uc_duration_years", "steroid_resistant", "before_tac_cai", "tac_duration_days")
"""What may have moved both the examination and relapse, and was known when either happened."""
PATIENT = (
    "person_id", "study_group", "relapse", "end_reason", "time_days", "remission_on", "colonoscopy_on", "tac_end_on",
    "age_years", "uc_duration_years", "steroid_response", "before_tac_cai", "tac_duration_days",
)  # fmt: skip
SPELL = ("person_id", "care_site", "start_days", "stop_days", "relapse", "on_treatment", "known_group")
"""What is read of `marts.patient` and `marts.follow_up_spell`."""


def remitters(patients: pl.DataFrame, spells: pl.DataFrame) -> pl.DataFrame:
    """One row a person in remission, days from remission: follow-up, colonoscopy, end of tacrolimus, covariates.

    Takes `marts.patient` and `marts.follow_up_spell`. `examined_days` is null without a colonoscopy that judged
    healing; `treatment_end_days` while tacrolimus runs.
    """
    since_remission = {
        "examined_days": pl.when(pl.col("study_group").is_not_null()).then(pl.col("colonoscopy_on")),
        "treatment_end_days": pl.col("tac_end_on"),
    }
    return (
        patients.filter(pl.col("time_days").is_not_null())
        .with_columns((day - pl.col("remission_on")).dt.total_days().alias(n) for n, day in since_remission.items())
        .select(
            "person_id", "study_group", "relapse", "end_reason", "examined_days", "treatment_end_days",
            start_days=pl.lit(0, pl.Int64),
            stop_days=pl.col("time_days").cast(pl.Int64),
            healed=pl.col("study_group").eq("mh").cast(pl.Float64),
            age_decades=pl.col("age_years") / 10,
            uc_duration_years=pl.col("uc_duration_years").cast(pl.Float64),
            steroid_resistant=pl.col("steroid_response").eq("resistant").cast(pl.Float64),
            before_tac_cai=pl.col("before_tac_cai").cast(pl.Float64),
            tac_duration_days=pl.col("tac_duration_days").cast(pl.Float64),
        )
        .join(spells.group_by("person_id").agg(pl.col("care_site").first()), on="person_id", how="left")
        .sort("person_id")
    )  # fmt: skip


def naive(people: pl.DataFrame) -> pl.DataFrame:
    """The paper's: everybody with a group, from remission, although the group is known only later."""
    return people.filter(pl.col("study_group").is_not_null())


def not_examined(people: pl.DataFrame) -> pl.DataFrame:
    """The third group, of which the paper says nothing: in remission, but no colonoscopy judged healing."""
    return people.filter(pl.col("study_group").is_null()).with_columns(study_group=pl.lit("not_examined"))


def delayed_entry(people: pl.DataFrame) -> pl.DataFrame:
    """From remission, but each under observation only from the colonoscopy on, when the group is known."""
    entry = pl.max_horizontal("examined_days", 0)
    return people.filter(entry < pl.col("stop_days"), pl.col("examined_days").is_not_null()).with_columns(
        start_days=entry.cast(pl.Int64)
    )


def from_landmark(people: pl.DataFrame, day: pl.Expr) -> tuple[pl.DataFrame, dict[str, int]]:
    """Everybody free of relapse on their own `day` with time counted from it, and how many were left out why."""
    placed = people.rename({"stop_days": "time_days", "relapse": "event"}).with_columns(landmark_days=day)
    started = restart(placed).rename({"time_days": "stop_days", "event": "relapse"})
    left_out = started["landmark_reason"].drop_nulls().value_counts().sort("landmark_reason")
    kept = started.filter(pl.col("landmark_reason").is_null()).drop("landmark_reason", "landmark_days")
    return kept, dict(left_out.iter_rows())


def landmark(people: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """From the colonoscopy at the end of treatment: the primary fair comparison."""
    return from_landmark(naive(people), pl.col("examined_days"))


def end_of_treatment(people: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """From the colonoscopy, or from the end of tacrolimus for those who had none."""
    return from_landmark(people, pl.coalesce("examined_days", "treatment_end_days"))


def healing_so_far(spells: pl.DataFrame) -> pl.DataFrame:
    """Each person's time before healing was seen (`not_mh_so_far`) and after (`mh`), one row a stretch."""
    state = pl.when(pl.col("known_group") == "mh").then(pl.lit("mh")).otherwise(pl.lit("not_mh_so_far"))
    return (
        spells.group_by("person_id", study_group=state)
        .agg(pl.col("start_days").min(), pl.col("stop_days").max(), pl.col("relapse").any())
        .sort("person_id", "start_days")
    )
