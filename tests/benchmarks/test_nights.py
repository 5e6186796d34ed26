"""Some nights of `python -m benchmarks.nights`: what changed is made anew, and every table is as if all was."""

from pathlib import Path

import pytest

from benchmarks.nights.__main__ import sequence
from benchmarks.nights.hospital import EVENTS, Hospital


def test_a_night_for_those_who_changed_is_one_for_all_in_buckets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def happens(hospital: Hospital) -> str:
        for event in ("admitted", "new", "corrected", "merged", "deleted", "adjudicated", "late"):
            EVENTS[event][0](hospital)
        return "all of them"

    for name in ("MUCOSA_SITES", "MUCOSA_PSEUDONYM_KEY"):
        monkeypatch.setenv(name, "")  # is set by the sequence, and what it was comes back
    monkeypatch.setattr(Hospital, "happens", happens)
    (night,) = sequence(tmp_path, 7, nights=1, patients=4, to_release=False, buckets=2)
    assert not night.refused and not night.stuck and night.different == ()
    assert [choice.why_all for choice in night.choices] == [None] * 4
    assert 0 < night.choices[0].persons < 4
    assert "omop.cdm_source.source_release_date" in night.choices[2].moved
