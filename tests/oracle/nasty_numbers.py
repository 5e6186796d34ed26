"""One person under several record numbers, joined by the link feed; and links that join nobody.

By the extract contract a number given up leads to the number under which the person goes on, over any chain; of two
decisions on a number the later counts; a link to a number that nobody has, or in a circle, is refused.
"""

from random import Random

from tests.oracle.landed import Record, Records

SHARE = 0.3
"""Of people who have more than one number."""


def scatter(records: Records, chance: Random) -> Records:
    """The same records, those of some people under several numbers, with the links that lead back to the first."""
    patients, links, numbers = [*records["patient"]], [], {}
    others = [patient["patient_id"] for patient in patients]
    for patient in records["patient"]:
        known_as = patient["patient_id"]
        if chance.random() > SHARE:
            links += _false_links(known_as, chance)
            continue
        given_up = [f"{known_as}-{place}" for place in range(chance.choice([1, 1, 2, 3]))]
        numbers[known_as] = [known_as, *given_up]
        links += _links(known_as, given_up, chance.choice(others), chance)
        # What an old number says of the person is the other's to say; some have no patient record any more.
        patients += [_misregistered(patient, number, chance) for number in given_up if chance.random() < 0.7]
    links += _circle(*chance.sample([n for n in others if n not in numbers], 2))
    for rows in (patients, links):
        chance.shuffle(rows)
    spread = {
        feed: [row | {"patient_id": chance.choice(numbers.get(row["patient_id"], [row["patient_id"]]))} for row in rows]
        for feed, rows in records.items()
        if feed != "patient"
    }
    return spread | {"patient": patients, "patient_link": links}


def _links(known_as: str, given_up: list[str], stranger: str, chance: Random) -> list[Record]:
    """All lead to the first number: straight or from one to the next, whatever was decided before."""
    in_a_chain = chance.random() < 0.5
    targets = [known_as, *given_up] if in_a_chain else [known_as] * len(given_up)
    found = [
        _link(number, target, f"20{chance.randint(18, 24)}-06-01")
        for number, target in zip(given_up, targets, strict=False)
    ]
    if chance.random() < 0.3:
        found.append(_link(given_up[0], stranger, "2017-12-31"))  # taken back by the later decision
    if chance.random() < 0.2:
        found.append(dict(found[0]))  # sent twice
    return found


def _false_links(number: str, chance: Random) -> list[Record]:
    kind = chance.random()
    if kind < 0.05:
        return [_link(number, f"{number}-nobody", "2020-06-01")]
    return [_link(number, number, "2020-06-01")] if kind < 0.1 else []


def _circle(one: str, other: str) -> list[Record]:
    return [_link(one, other, "2025-01-01"), _link(other, one, "2025-01-02")]


def _link(given_up: str, known_as: str, on: str) -> Record:
    return {"patient_id": given_up, "surviving_patient_id": known_as, "linked_on": on}


def _misregistered(patient: Record, number: str, chance: Random) -> Record:
    sex = chance.choice(["male", "female", "other"])
    return patient | {"patient_id": number, "sex": sex, "birth_date": "1920-02-29", "death_date": ""}
