"""`marts.endoscopic_change`: only patients with both scores make a pair."""

from warehouse import model


def test_pairs_are_counted_by_group(study, parameters):
    model.build(study, "marts.patient", parameters)
    model.build(study, "marts.endoscopic_change", parameters)
    found = study.execute(
        """select study_group, "before", "after", patients from marts.endoscopic_change
        where score = 'mayo_endoscopic_subscore' order by all"""
    ).fetchall()
    assert found == [("mh", 2, 1, 1), ("mh", 3, 0, 1), ("mh", 3, 1, 1), ("nmh", 3, 2, 1), ("nmh", 3, 3, 1)]
