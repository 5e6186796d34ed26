"""The commands of the vocabulary, as the page says them."""

from pathlib import Path

from tests.omop import athena
from tests.pipelines.conftest import Mucosa
from warehouse.places import Places

USAGI = "sourceCode,sourceName,mappingStatus,conceptId\nI10,hypertension,APPROVED,{concept}\n"


def test_a_download_and_a_mapping_are_kept(mucosa: Mucosa, tmp_path: Path) -> None:
    data, download = tmp_path / "data", athena.write(tmp_path / "download")
    loaded = mucosa("vocabulary", "load", str(download), "--data", str(data))
    assert (loaded.returncode, "8 concepts" in loaded.stdout) == (0, True), loaded.stderr
    file = tmp_path / "usagi.csv"
    file.write_text(USAGI.format(concept=athena.HYPERTENSION), encoding="utf-8")
    mapped = mucosa("vocabulary", "map", str(file), "--vocabulary", "ICD10", "--data", str(data))
    assert (mapped.returncode, "1 mappings of ICD10 kept" in mapped.stdout) == (0, True), mapped.stderr
    file.write_text(USAGI.format(concept=12345), encoding="utf-8")
    refused = mucosa("vocabulary", "map", str(file), "--vocabulary", "ICD10", "--data", str(data))
    assert (refused.returncode, "12345, which is no standard concept" in refused.stderr) == (1, True)


def test_gaps_are_ranked_counts(mucosa: Mucosa, published: Places, tmp_path: Path) -> None:
    out = tmp_path / "gaps.csv"
    done = mucosa("vocabulary", "gaps", "--data", str(published.data), "--out", str(out))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    counts = [int(line.split()[0].replace(",", "")) for line in lines if " records of " in line]
    assert counts == sorted(counts, reverse=True)
    assert f"{len(counts)} codes are unmapped." in done.stdout
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(counts) + 1
