"""`marts.swimmer_lane`: lengths sorted on their own, and no lane where a group is small."""

from schemas import contract
from warehouse import model

# person, group, days on tacrolimus, days followed, relapse
PEOPLE = [(1, "mh", 40, 900, False), (2, "mh", 300, 500, True), (3, "mh", 0, 500, False), (4, "nmh", 50, 60, True)]


def build(connection, insert, parameters, people):
    for table in ("marts.patient", "marts.follow_up_spell"):
        connection.execute(contract.load(table).ddl().replace(" not null", ""))
    for person, group, treated, followed, relapse in people:
        insert("marts.patient", person_id=person, study_group=group)
        for start, stop, on in ((0, treated, True), (treated, followed, False)):
            if start < stop:
                insert("marts.follow_up_spell", person_id=person, start_days=start, stop_days=stop, on_treatment=on,
                       relapse=relapse and stop == followed)  # fmt: skip
    model.build(connection, "marts.swimmer_lane", parameters)
    return connection.execute(
        "select study_group, lane, patients_a_lane, on_treatment_days, followed_days, relapse from marts.swimmer_lane"
        " order by study_group, lane"
    ).fetchall()


def test_the_longest_treatment_stands_beside_the_longest_follow_up(connection, insert, parameters):
    lanes = build(connection, insert, parameters, PEOPLE)
    # the one treated longest was not followed longest; the single patient without healing has no lane
    assert lanes == [("mh", 1, 1, 300, 900, False), ("mh", 2, 1, 40, 500, True), ("mh", 3, 1, 0, 500, False)]


def test_many_patients_share_lanes(connection, insert, parameters):
    lanes = build(connection, insert, parameters, [(k, None, k, 2 * k, False) for k in range(1, 131)])
    assert [row[1] for row in lanes] == list(range(1, 45))
    assert lanes[1] == ("not_examined", 2, 3, 127, 254, False)
