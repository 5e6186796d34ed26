"""`mucosa site new` and `site check`: what can be told from files is told, and no cell of a patient is shown."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.site import app
from pipelines.site_check import check, open_profile
from pipelines.site_starter import starter
from schemas import site
from warehouse.errors import UsageError

FILES = {
    "患者一覧.csv": "患者ID,氏名,性別,生年月日\r\n"
    "77,山田花子,女,昭和５０年１１月１７日\r\n78,佐藤太郎,男,H1.4.3\r\n79,鈴木,？,H2.4.3\r\n",
    "検査結果.csv": "検査結果番号,患者ID,項目コード,検体採取日時,報告日時,結果値,単位,状態\r\n"
    "1,77,3M810000001905101,2020/3/2 07:40,2020/3/2 24:00,１１．４,ｎｇ／ｍｌ,最終\r\n"
    "2,77,5C070000002306201,2020/3/2 07:40,2020/3/2 09:15,<0.04,mg/dl,最終\r\n"
    "3,77,5C070000002306201,2020/3/2 07:40,2020/3/2 09:15,山田花子,mg/dl,最終\r\n"
    "4,78,1988-5,2020/13/2 07:40,2020/3/2 09:15,4444,mg/dl,最終\r\n",
}
VALUES = ("山田", "佐藤", "鈴木", "4444", "11.4", "１１", "0.04", "昭和", "H1.4.3")


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv(site.OWN_FOLDER, str(tmp_path))
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.encode("cp932"))
    return [tmp_path / name for name in FILES]


def test_a_starter_is_a_valid_profile_and_names_no_patient(files: list[Path]) -> None:
    text = starter("kita", files)
    profile = site.parse("kita", text)
    assert (profile.encoding, profile.delimiter, profile.time_zone) == ("cp932", ",", "Asia/Tokyo")
    assert profile.column("patient", "sex").values == {"女": "female", "男": "male"}
    assert profile.headers("lab_result", "collected_at")[0] == "検体採取日時"
    assert "era" in profile.date_formats
    assert "%Y/%m/%d %H:%M" in profile.datetime_formats
    assert "# sex: which of male, female, other, unknown are, under values: ?" in text
    assert "activity_score" in profile.not_delivered
    assert not any(value in text for value in VALUES)


def test_a_check_counts_what_would_be_refused_and_says_what_to_do(files: list[Path]) -> None:
    (files[0].parent / "kita.toml").write_text(starter("kita", files), encoding="utf-8")
    patients, results = check(open_profile(str(files[0].parent / "kita.toml")), files)
    assert (patients.feed, patients.records, patients.accepted) == ("patient", 3, 2)
    assert [(p.rule, p.records, p.first) for p in patients.problems] == [("patient.sex.values", 1, 4)]
    assert ("sex", "性別") in patients.columns
    assert (results.feed, results.records, results.accepted) == ("lab_result", 4, 3)
    found = {problem.rule: problem for problem in results.problems}
    assert "datetime_formats" in found["lab_result.collected_at.type"].cure
    assert found["lab_result.code (no refusal)"].records == 3


def test_commands_say_it_without_a_value(files: list[Path]) -> None:
    runner, folder = CliRunner(), files[0].parent
    names = [str(file) for file in files]
    made = runner.invoke(app, ["new", "kita", *names, "--out", str(folder)])
    assert made.exit_code == 0, made.output
    checked = runner.invoke(app, ["check", str(folder / "kita.toml"), *names])
    assert checked.exit_code == 0, checked.output
    assert "A delivery of these files would load." in checked.output
    assert not any(value in checked.output for value in VALUES)
    stranger = folder / "notes.csv"
    stranger.write_text("a,b\n", encoding="utf-8")
    refused = runner.invoke(app, ["check", str(folder / "kita.toml"), str(stranger)])
    assert refused.exit_code == 1
    assert "The profile takes it for no feed" in refused.output


def test_an_existing_profile_is_not_overwritten_and_a_missing_one_is_named(files: list[Path]) -> None:
    (files[0].parent / "kita.toml").touch()
    written = CliRunner().invoke(app, ["new", "kita", str(files[0]), "--out", str(files[0].parent)])
    assert isinstance(written.exception, UsageError)
    with pytest.raises(UsageError, match=r"There is no profile nowhere\.toml"):
        open_profile("nowhere.toml")


@pytest.mark.parametrize("name", ["demo", "jp"])
def test_a_shipped_profile_is_found_by_its_name(name: str) -> None:
    assert open_profile(name).site == name


ELSEWHERE = {
    "patients.txt": "N° patient|Nom|Sexe|Né le\n123|Zoé|F|03/04/1961\n124|Jürg|M|17/11/1975\n",
    "biologie.csv": "Id résultat|N° patient|Analyse|Prélevé le|Heure|Validé le|Résultat|Mesure|Etat\n"
    "1|123|CRP|02/03/2020|07:40|02/03/2020 09:15|0,31|mg/dl|V\n"
    "2|124|TAC|05/03/2020|08:10|05/03/2020 09:58|9,1|µg/L|A\n",
    "ordonnances.csv": "Ordonnance|N° patient|Prescrit le|Article|Dose|Forme\n"
    "1|123|01/03/2020|3999014M1022|2|gélule\n2|124|04/03/2020|2456001F1345|4|comprimé\n",
}


def test_what_no_header_tells_is_told_by_the_cells(tmp_path: Path) -> None:
    """Another delimiter and encoding, day and time apart, a decimal comma, days that only one column can tell."""
    for name, text in ELSEWHERE.items():
        (tmp_path / name).write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    text = starter("paris", [tmp_path / name for name in ELSEWHERE])
    profile = site.parse("paris", text)
    assert (profile.encoding, profile.delimiter, profile.decimal_comma) == ("cp1252", "|", True)
    assert (profile.date_formats, profile.datetime_formats) == (("%d/%m/%Y",), ("%d/%m/%Y %H:%M",))
    assert profile.column("lab_result", "collected_at").join == ("Prélevé le", "Heure")
    assert profile.headers("lab_result", "unit")[0] == "Mesure"
    assert profile.headers("medication_request", "product_code")[0] == "Article"
    assert profile.column("medication_request", "dose_unit").values == {"gélule": "capsule", "comprimé": "tablet"}
    said = profile.column("medication_request", "authored_at")
    assert (said.formats, said.time_of_day) == (("%d/%m/%Y",), "12:00")
    assert not any(value in text for value in ("Zoé", "Jürg", "0,31", "1961", "07:40"))


def test_a_check_names_every_problem_of_a_record(files: list[Path]) -> None:
    (files[0].parent / "kita.toml").write_text(starter("kita", files), encoding="utf-8")
    files[1].write_bytes(
        "検査結果番号,患者ID,項目コード,検体採取日時,報告日時,結果値,単位,状態\r\n1,77,,x,,1,mg/dl,？\r\n".encode(
            "cp932"
        )
    )
    (_, results) = check(open_profile(str(files[0].parent / "kita.toml")), files)
    assert {problem.rule.partition(".")[2] for problem in results.problems} == {
        "code.required", "collected_at.type", "reported_at.required", "status.values",
    }  # fmt: skip
