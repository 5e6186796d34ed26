"""The extract contract as a document: `python -m schemas.extract_doc` writes `docs/extracts.md`."""

import csv
import sys
import tomllib
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from schemas.extract import Feed, Field, feeds

INTRODUCTION = """\
# What a hospital delivers

Made from `schemas/extracts/*.toml` and `schemas/codes/*.csv`; do not edit by hand. Files that follow it load and give
right labels.

## The landing folder

    <landing>/<site>/<delivery date>/<feed>.csv      for example landing/demo/2026-06-30/lab_result.csv
    <landing>/<site>/SYNTHETIC                       only beside synthetic data: the demo key may be used

* `<site>` is the name of a profile in `schemas/sites/`; it gives time zone and the share of records that may fail.
  Files that look otherwise load too, once a profile describes them: `docs/add-a-hospital.md`.
* The delivery date (`YYYY-MM-DD`) is the data lock: who is seen or treated up to it is still under observation.
* A delivery holds every required feed, unless its `MANIFEST.json` says `"correction": true`: then it holds only what
  changed, by key, and `deletion` takes back what should not have been sent. Whichever order deliveries come in, the
  tables are the same.
* UTF-8, comma, quotes as in RFC 4180 (a quoted field may hold line breaks), first line the column names in any order.
* An empty field is missing. Full-width digits and spaces around a value are read as if they were not there.
* Dates are `YYYY-MM-DD`. Times are `YYYY-MM-DDTHH:MM`, or a space for the `T`, or with seconds: wall clock of the site.

## How rows are read

* **Key.** Record numbers are the hospital's own, unique within their feed, and belong to one patient for ever.
* **Version.** Rows with the same key are versions of one record; the latest by the version column counts, the others
  are superseded. Where a feed has no version column a key may come again only in an exact duplicate.
  `staging.superseded` lists each record that stands no longer with the one that goes before it.
* **Quarantine.** A record that breaks a column's type, values or range, a reference or a row rule is set aside with
  file, line and rule; the others load. Landed records = accepted + superseded + quarantined.
* **Identified.** Columns marked so (names, numbers of persons, free text) stop at the raw layer.
* A missing optional feed is an empty one. A missing required feed or a missing required column is an error.
"""

TYPES = """\
| type | meaning |
|---|---|
| identifier | text compared as it is, trimmed and normalised (NFKC); a code fits its pattern, or the profile has it |
| code | one of the listed values |
| text | free text |
| date, datetime | as above |
| partial date | `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; a month is read as its 15th, a year as 1 July |
| integer, decimal | a number within the listed bounds |
| result | a number, a comparator and a number, or words, as printed |
"""

READING = """\
* **Ulcerative colitis** is a confirmed diagnosis with one of the ICD-10 codes K51.0, .2, .3, .5, .8, .9, or with a
  MEDIS number above. K51.4 (inflammatory polyps) is not, nor is a suspected diagnosis.
* **Duration** counts from the earliest of recorded onset, first endoscopy and first K51 entry.
* **Extent** is the largest seen at an endoscopy of the two years before tacrolimus (`extent`); without one, the MEDIS
  type; without that, the ICD-10 code. K51.0 alone says nothing: severe colitis of any extent is coded there too.
* **Steroid response** is the MEDIS diagnosis of dependence or resistance; without one, the pattern of doses decides.
* **Tacrolimus** of a hospital day is what `medication_administration` says was given (`completed`); at home it is what
  `medication_request` prescribes (`outpatient`, not `cancelled`), from `start_on` for `days_supply` days or to
  `stopped_on`. Inpatient orders alone are no exposure. The ointment never counts.
* **Steroid-free** and the steroid total count oral and intravenous products, not enemas and foams.
* **A step-down or escalation of the target** is a `monitoring_order`. Without that feed the step-down is taken to
  follow the first trough in range, and an escalation shows as a dose rise with a trough at the induction target.
* **A planned biologic** after tacrolimus needs `indication` = `maintenance`; an unknown indication is read as relapse.
"""


def _codes(name: str) -> list[dict[str, str]]:
    text = (resources.files("schemas") / "codes" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    lines = [list(header)]
    lines.append(["---"] * len(lines[0]))
    lines += [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _bounds(field: Field) -> str:
    if field.values:
        return ", ".join(f"`{value}`" for value in field.values)
    if field.pattern:
        listed = f", or a listed {field.code_list}" if field.code_list else ""
        digit = f"; {field.check_digit} codes with their check digit" if field.check_digit else ""
        return f"`{field.pattern}`{listed}{digit}"
    if field.minimum is None and field.maximum is None:
        return ""
    low = "" if field.minimum is None else f"{field.minimum:g}"
    high = "" if field.maximum is None else f"{field.maximum:g}"
    return f"{low} to {high}"


def _required(field: Field) -> str:
    if field.required:
        return "value"
    return "column" if field.column == "required" else "no"


def _column(field: Field) -> tuple[str, ...]:
    meaning = f"{field.meaning} *Identified.*" if field.identifies else field.meaning
    references = f"`{field.references}`" if field.references else ""
    kind = field.type.replace("_", " ")
    return f"`{field.name}`", kind, _required(field), field.unit or "", _bounds(field), references, meaning


def _feed(feed: Feed) -> str:
    version = f"the latest `{feed.version}` counts" if feed.version else "none; only exact duplicates may repeat"
    parts = [
        f"### {feed.feed}\n",
        f"{feed.description} {'Required' if feed.required else 'Optional'} feed.\n",
        f"* One row: {feed.row}.\n* Key: {', '.join(f'`{k}`' for k in feed.key)}. Version: {version}.\n",
        _table(
            ("column", "type", "required", "unit", "values or bounds", "references", "meaning"),
            map(_column, feed.columns),
        ),
    ]
    if feed.rules:
        rules = ((f"`{r.id}`", f"`{r.check}`", r.reason) for r in feed.rules)
        parts.append(_table(("row rule", "must hold (unless a value is missing)", "else"), rules))
    return "\n".join(parts)


def _laboratory() -> str:
    spellings: dict[str, list[str]] = {}
    for row in _codes("unit"):
        spellings.setdefault(row["analyte"], []).append(f"{row['unit_as_written']} (×{row['factor']})")
    rows = (
        (
            f"`{a['loinc']}`", a["name"], a["unit"], f"{a['accepted_min']} to {a['accepted_max']}",
            ", ".join(spellings.get(a["analyte"], [])), f"`{a['feed']}`",
        )
        for a in _codes("analyte")
    )  # fmt: skip
    return _table(("LOINC", "analyte", "unit", "accepted", "units as written (factor)", "feed"), rows)


def _signs() -> str:
    rows = _codes("comparator")
    cells = (
        (f"`{operator}`", *(
            " ".join(f"`{r['sign']}`" for r in rows if r["operator"] == operator and r["position"] == position)
            for position in ("prefix", "suffix")
        ))
        for operator in ("<", "<=", ">=", ">")
    )  # fmt: skip
    return _table(("read as", "in front of the number", "behind the number (the sense turns round)"), cells)


def _products() -> str:
    rows = (
        (f"`{p['product_code']}`", p["code_system"], p["product_name"], p["ingredient"], p["strength_mg"], p["route"],
         "yes" if p["systemic"] == "true" else "no")
        for p in _codes("product")
    )  # fmt: skip
    return _table(("code", "system", "product", "ingredient", "strength in mg", "route", "systemic"), rows)


def _diagnoses() -> str:
    study = tomllib.loads((resources.files("schemas") / "study.toml").read_text(encoding="utf-8"))
    readings = {
        **{study["extent"][f"{system}_{kind}"]["value"]: extent for system in ("medis", "icd10") for kind, extent in
           (("left_sided", "E2"), ("rectosigmoid", "E2"), ("proctitis", "E1"))},
        study["extent"]["medis_total"]["value"]: "E3",
        study["steroid_response"]["medis_steroid_dependent"]["value"]: "dependent",
        study["steroid_response"]["medis_steroid_resistant"]["value"]: "resistant",
    }  # fmt: skip
    names = {c["concept_id"]: c["concept_name"] for c in _codes("concept")}
    rows = (
        (f"`{c['concept_code']}`", c["vocabulary_id"], c["concept_name"], names.get(c["maps_to"], ""),
         readings.get(c["concept_code"], ""))
        for c in _codes("concept")
        if c["vocabulary_id"] in ("ICD10", "MEDIS")
    )  # fmt: skip
    return _table(("code", "system", "name", "stands for", "extent or steroid response"), rows)


def _words() -> str:
    return _table(("result", "kept as"), ((f"`{w['word']}`", w["value_absent_reason"]) for w in _codes("result_word")))


def markdown() -> str:
    """The whole document. Depends on the contracts and code lists only."""
    sections = (
        INTRODUCTION,
        f"## Types\n\n{TYPES}",
        "## Feeds\n\n`required`: *value* in every row, the *column* at least, or *no*.\n",
        *map(_feed, feeds()),
        f"## Laboratory codes and units\n\n{_laboratory()}",
        f"A unit that is not listed sets the record aside; it is never guessed from the size of a value.\n\n{_signs()}",
        f"Words instead of a number:\n\n{_words()}",
        f"## Products\n\n{_products()}",
        "Tablets and capsules are turned into mg by this strength; a product without one gives no dose.\n",
        f"## Diagnoses and adverse events\n\n{_diagnoses()}",
        f"## How the study reads them\n\n{READING}",
    )
    return "\n".join(sections)


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/extracts.md").write_text(markdown(), encoding="utf-8")
