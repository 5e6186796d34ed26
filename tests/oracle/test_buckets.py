"""Cohorts and labels of a drawn population, bucket by bucket: every table as it is for all at once."""

from assets import adjudication, by_person, results
from schemas import study
from warehouse import fingerprint


def test_cohorts_and_labels_of_some_persons_are_those_they_have_among_all(drawn):
    parameters = study.load().parameters()
    adjudication.build(drawn, parameters, None)
    results.build(drawn, parameters)
    whole = fingerprint.table_hashes(drawn)
    for step in ("cohorts", "labels"):
        by_person.in_buckets(drawn, step, parameters, 2)
    assert fingerprint.table_hashes(drawn) == whole
