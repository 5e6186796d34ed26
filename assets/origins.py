"""What Python makes its tables of, declared column by column: frames of staging, tables of statistics, code lists."""

import functools
from collections.abc import Iterable, Mapping

from schemas import contract, extract
from schemas.contract import LAYERS
from schemas.metric import metrics
from warehouse import model
from warehouse.columns import Path, Relation, UnclearError, Value

Declared = Mapping[str, Iterable[str]]
"""Columns with the columns that each is made of; `*` stands for all that are not named."""


def _of(table: str, *names: str) -> list[str]:
    return [f"{table}.{name}" for name in names]


TIMES = _of("marts.patient", "study_group", "time_days", "relapse")
PEOPLE = _of(
    "marts.patient", "person_id", "study_group", "relapse", "end_reason", "time_days", "remission_on", "colonoscopy_on",
    "tac_end_on", "age_years", "uc_duration_years", "steroid_response", "before_tac_cai", "tac_duration_days",
)  # fmt: skip
"""What `assets.marts.estimation` looks at in a patient."""
SPELLS = _of("marts.follow_up_spell", *contract.load("marts.follow_up_spell").column_names[:-2])
GRID = _of("marts.sensitivity_spell", *contract.load("marts.sensitivity_spell").column_names[2:-2])
SUMMARY = ("n", "total", "minimum", "maximum", "count")
FIGURES = [
    *_of("marts.attrition", "n", "follow_up_n", "follow_up_total_days", "follow_up_sd_days"),
    *_of("marts.baseline", *SUMMARY), *_of("marts.end_of_treatment", *SUMMARY),
    *_of("marts.adverse_event", "n", "count", "led_to_stop"),
    *_of("marts.relapse_rate", "relapse_percent", "n_at_risk", "events"), *_of("marts.at_risk", "n_at_risk", "events"),
    *_of("marts.test", "test", "p_value"),
]  # fmt: skip
DRAWN = (
    "survival_curve", "at_risk", "trough_trajectory", "endoscopic_change", "fair_curve", "estimates", "sensitivity",
    "paper_comparison", "protocol", "patient_flow", "record_flow", "swimmer_lane", "trough_heat",
)  # fmt: skip
"""What the pictures show."""
CODES = "schemas/codes"
CORRECTIONS = "file:adjudication.csv"


def _metric_columns(*sections: str) -> list[str]:
    found = dict.fromkeys(m.column for m in metrics() if not sections or m.section in sections)
    return _of("marts.patient", "study_group", *found)


@functools.cache
def declared() -> dict[str, Declared]:
    """What the tables that Python makes are made of; `file:` stands before what is no table."""
    compared = [f"marts.patient.{m.column}" for m in metrics() if m.compared_as]
    vocabulary: dict[str, Declared] = {
        table.name: {"*": [f"file:{CODES}/{file}.csv" for file in ("concept", "product", "code_system")]}
        for table in contract.contracts("omop")
        if table.name not in with_sql() and table.name != "omop.cohort_definition"
    }
    resources = [
        f"{t.name}.*" for t in contract.contracts("fhir") if "record" in t.column_names and t.name in with_sql()
    ]
    figures = ["schemas/paper/published.csv", "schemas/paper/nearest.csv", "schemas/paper/conditional.toml"]
    return vocabulary | {
        "omop.cohort_definition": {"*": [f"file:{CODES}/cohort_definition.csv", "$.definition_version"]},
        "fhir.validation": {"*": resources},
        "fhir.quarantine": {"*": resources},
        "cohorts.correction": {"*": [CORRECTIONS], "verdict": [CORRECTIONS, "omop.person.person_id"]},
        "marts.baseline": {"*": _metric_columns("baseline")},
        "marts.end_of_treatment": {"*": _metric_columns("end_of_treatment")},
        "marts.relapse_rate": {"*": TIMES},
        "marts.survival_curve": {"*": TIMES},
        "marts.at_risk": {"*": TIMES},
        "marts.test": {"*": [*dict.fromkeys([*TIMES, *compared])]},
        "marts.sensitivity": {"*": GRID},
        "marts.sensitivity_choice": {"*": _of("marts.sensitivity", "hazard_ratio", "p_value")},
        "marts.estimates": {"*": [*PEOPLE, *SPELLS, *_of("marts.test", "metric", "test", "p_value", "reported")]},
        "marts.fair_curve": {"*": [*PEOPLE, *SPELLS]},
        "marts.calprotectin": {"*": [
            *_of("labels.calprotectin", "calprotectin_ug_g", "operator", "assay", "healed_by_both", "measurement_id"),
            *_of("labels.mucosal_healing", "mucosal_healing", "mayo_endoscopic_subscore"),
        ]},
        "marts.protocol": {"*": ["file:schemas/study.toml"]},
        "marts.picture": {"*": [f"marts.{mart}.*" for mart in DRAWN]},
        "marts.paper_audit": {"*": ["file:schemas/paper/published.csv"]},
        "marts.paper_comparison": {"*": FIGURES, **{
            column: [f"file:{file}" for file in figures]
            for column in ("printed", "printed_twin", "expected_class", "proof", "unit", "source", "note")
        }},
        "marts.impossible_set": {"*": [
            "file:schemas/paper/impossible.toml", *_of("marts.paper_comparison", "ours", "printed"),
        ]},
    }  # fmt: skip


RESULTS = {
    "analyte": ("code",), "unit": ("code",), "factor": ("unit", "code"), "value_operator": ("value", "code"),
    "value_number": ("value", "unit", "code"), "value_source": ("value", "code"), "unit_source": ("unit",),
    "value_absent_reason": ("value", "code", "status"), "assay": ("method",), "assay_absent_reason": ("method",),
}  # fmt: skip
"""What `assets.staging.results` reads from a printed result."""
DOSES = {"dose_mg": ("dose", "dose_unit", "product_code")}
PROVENANCE = {"record": "record", "line": "line"}


def frame(table: str, name: str) -> Relation:
    """A frame that `assets.staging` hands to the SQL of a table."""
    feed = table.partition(".")[2]
    said: dict[str, list[str]]
    rows = [f"raw.{feed.feed}.*" for feed in extract.feeds()]
    files = {name: [f"raw.file.{name}"] for name in contract.load("raw.file").column_names}
    match name:
        case "accepted":
            said = _accepted(extract.load(feed), files)
        case "files":
            said = files | {"max_quarantine_share": ["file:the site's profile"]}
            said = {name: [f"file:{name} of the landing file"] for name in files} if table == "raw.file" else said
        case "refused":
            judged = ("rule", "column_name", "reason", "severity", "also")
            said = {"file_id": files["file_id"], "delivery": files["delivery"], "feed": files["feed"]}
            said |= dict.fromkeys(("record", "line"), rows)
            said |= {key: [*rows, "file:schemas/extracts"] for key in judged}
        case "replaced":
            said = dict.fromkeys(contract.load(table).column_names, rows)
            said |= {"file_id": files["file_id"], "delivery": files["delivery"], "feed": files["feed"]}
        case "tallies":
            said = {"file_id": files["file_id"], "verdict": rows, "records": rows}
        case "waivers":
            keys = ("number", "rule", "site", "feed", "file_id", "expires_on")
            said = {key: ["file:waivers.toml"] for key in keys}
        case "profiles":
            said = {"site": files["site"], "time_zone": ["file:the site's profile"]}
            said |= {"synthetic": ["file:SYNTHETIC of the site"], "latest_delivery": files["delivery"]}
        case _:
            raise UnclearError(f"a frame called {name}")
    return Relation({name: made_of(made) for name, made in said.items()}, frozenset({(f"raw.{feed}", "*")}))


def _accepted(feed: extract.Feed, files: dict[str, list[str]]) -> dict[str, list[str]]:
    """The accepted records of a feed: cells as typed, and what is read from results, doses and merged numbers."""
    names = [column.name for column in feed.columns]
    said = {name: [f"raw.{feed.feed}.{name}"] for name in names}
    said |= {name: [f"raw.{feed.feed}.{name}"] for name in PROVENANCE}
    said |= {name: files[name] for name in ("file_id", "delivery", "site")} | {"pseudonym_site": files["site"]}
    if any(column.type == "result" for column in feed.columns):
        said |= {new: [f"raw.{feed.feed}.{name}" for name in made if name in names] for new, made in RESULTS.items()}
    if "dose_unit" in names:
        said |= {new: [f"raw.{feed.feed}.{name}" for name in made] for new, made in DOSES.items()}
    if "patient_id" in names and feed.feed not in ("patient_link", "deletion"):
        said["patient_id"] = [*said["patient_id"], "raw.patient_link.surviving_patient_id"]
    said[f"{feed.feed}_key"] = said[feed.key[0]]
    for column in feed.columns:  # replaced by keyed ones, while the records are read
        if column.references and column.name in said:
            said["person_key" if column.references == "patient" else f"{column.references}_key"] = said[column.name]
    return said


def made_of(origins: Iterable[str]) -> Value:
    return Value(frozenset(_path(origin) for origin in origins))


def _path(origin: str) -> Path:
    if origin.startswith("file:"):
        return "file", origin.removeprefix("file:")
    table, _, column = origin.rpartition(".")
    return table, column


@functools.cache
def with_sql() -> frozenset[str]:
    """Tables that have a model."""
    return frozenset(t.name for layer in LAYERS for t in contract.contracts(layer) if model.written(t.name))
