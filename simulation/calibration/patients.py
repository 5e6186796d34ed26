"""Joining of the single variables into patients whose scores, laboratory and history belong together."""

from collections import Counter
from typing import Any

import numpy as np

from simulation.calibration.constraints import (
    COUNTS,
    ENDTAC_MAYO,
    ENDTAC_UCEIS,
    GROUP_SIZE,
    MAYO_TWOS_MH,
    MEASURED,
    PREPSL_ENDOSCOPY,
    PRIOR_BIOLOGIC,
    generator,
)
from simulation.calibration.multiset import Pair

Patient = dict[str, Any]
STEP = {v.column: float(v.step) for v in MEASURED}
# Resistant patients whose one endoscopy serves both baselines; in all of them it would spoil p (audit E2).
SHARED_ENDOSCOPY = {"mh": 15, "nmh": 5}
# How strongly each value follows the patient's own level, and that level the general severity of the disease.
FOLLOWS = {
    "cai": (("prepsl_cai", 0.85), ("pretac_cai", 0.85), ("endtac_cai", 0.2)),
    "hb": (("prepsl_hb", 0.9), ("pretac_hb", 0.9), ("endtac_hb", 0.6)),
    "alb": (("prepsl_alb", 0.9), ("pretac_alb", 0.9), ("endtac_alb", 0.6)),
    "crp": (("prepsl_crp", 0.9), ("pretac_crp", 0.9), ("endtac_crp", 0.3)),
    "history": (("age", 0.9), ("uc_duration", 0.6)),
    "trough": (("time_to_target", 1.0),),
}
WITH_SEVERITY = {"cai": 0.7, "hb": -0.6, "alb": -0.7, "crp": 0.7, "history": 0.0, "trough": 0.0}
ONSET_AGE_MIN = 10


def _related(latent: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """A normal score correlated with `latent` by `strength`."""
    return strength * latent + np.sqrt(1 - strength**2) * rng.standard_normal(len(latent))


def place(values: list[int], latent: np.ndarray, strength: float, rng: np.random.Generator) -> np.ndarray:
    """The sorted values handed out by the rank of a noisy copy of `latent`; one value a patient."""
    placed = np.empty(len(values), dtype=int)
    placed[np.argsort(_related(latent, strength, rng))] = np.sort(values)
    return placed


def _flags(count: int, among: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    flags = np.zeros(n, dtype=int)
    flags[rng.choice(among, count, replace=False)] = 1
    return flags


def _keep_onset_possible(age: np.ndarray, duration: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Swap disease durations until nobody fell ill before ONSET_AGE_MIN; the multiset stays the same."""
    duration = duration.copy()
    while (early := np.flatnonzero(age - duration < ONSET_AGE_MIN)).size:
        i, j = early[0], rng.integers(len(age))
        duration[i], duration[j] = duration[j], duration[i]
    return duration


def _endoscopy(group: str, pairs: dict[str, Pair], dependent: np.ndarray, rng: np.random.Generator) -> Patient:
    """Pre-PSL and pre-TAC scores: equal where one endoscopy serves both (resistant patients only)."""
    n, shared = GROUP_SIZE[group], SHARED_ENDOSCOPY[group]
    resistant = rng.permutation(np.flatnonzero(dependent == 0))
    sharing, rest = (
        resistant[:shared],
        rng.permutation(np.concatenate([resistant[shared:], np.flatnonzero(dependent)])),
    )
    two_scopes = rest[: PREPSL_ENDOSCOPY[group] - shared]
    before_psl, before_tac = Counter(pairs["prepsl_uceis"][group]), Counter(pairs["pretac_uceis"][group])
    common = rng.permutation(sorted((before_psl & before_tac).elements()))
    # the lowest common scores are shared first: a Mayo score of 2 goes with a low UCEIS at both baselines
    serves_both = [*sorted(common)[:MAYO_TWOS_MH], *rng.permutation(sorted(common)[MAYO_TWOS_MH:])][:shared]
    uceis_psl, uceis_tac = np.full(n, -1), np.empty(n, dtype=int)
    uceis_psl[sharing] = uceis_tac[sharing] = serves_both
    level = rng.standard_normal(len(rest))
    uceis_tac[rest] = place(sorted((before_tac - Counter(serves_both)).elements()), level, 0.8, rng)
    uceis_psl[two_scopes] = place(
        sorted((before_psl - Counter(serves_both)).elements()), level[: len(two_scopes)], 0.8, rng
    )
    mayo = np.full(n, 3)
    if group == "mh":
        mayo[sharing[:MAYO_TWOS_MH]] = 2
    seen = uceis_psl >= 0
    return {
        "prepsl_uceis": [int(u) if s else None for u, s in zip(uceis_psl, seen, strict=True)],
        "prepsl_mayo": [int(m) if s else None for m, s in zip(mayo, seen, strict=True)],
        "pretac_uceis": uceis_tac,
        "pretac_mayo": mayo,
        "scope_serves_both": np.isin(np.arange(n), sharing).astype(int),
    }


def join(group: str, pairs: dict[str, Pair]) -> list[Patient]:
    """The patients of one analysed group with everything but dates and steroids. One dict a patient."""
    rng, n = generator(f"patients {group}"), GROUP_SIZE[group]
    severity = rng.standard_normal(n)
    columns: Patient = {}
    for level, members in FOLLOWS.items():
        latent = _related(severity, WITH_SEVERITY[level], rng)
        for column, strength in members:
            columns[column] = place(pairs[column][group], latent, strength, rng)
    columns["uc_duration"] = _keep_onset_possible(columns["age"], columns["uc_duration"], rng)
    everybody = np.arange(n)
    for column, counts in COUNTS.items():
        columns[column] = _flags(counts[group], everybody, n, rng)
    columns["prior_biologic"] = _flags(PRIOR_BIOLOGIC[group], np.flatnonzero(columns["uc_duration"] >= 2), n, rng)
    columns |= _endoscopy(group, pairs, columns["steroid_dependent"], rng)
    for column, scores in (("endtac_mayo", ENDTAC_MAYO[group]), ("endtac_uceis", ENDTAC_UCEIS[group])):
        columns[column] = np.sort(np.repeat(list(scores), list(scores.values())))
    order = rng.permutation(n)  # both end scores rise together; the patients they go to do not
    columns["endtac_mayo"], columns["endtac_uceis"] = (
        columns["endtac_mayo"][order],
        columns["endtac_uceis"][order],
    )
    return [{"group": group} | {c: in_units(c, v[i]) for c, v in columns.items()} for i in range(n)]


def in_units(column: str, steps: int | None) -> int | float | None:
    """A count of steps as a value in the column's unit; None stays None."""
    if steps is None:
        return None
    if STEP.get(column, 1.0) == 1.0:
        return int(steps)
    return round(int(steps) * STEP[column], 2)
