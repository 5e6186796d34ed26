"""Why a mutation that nobody was told of can't be told: what a delivery by itself does not say."""

from benchmarks.mutations.cells import NUMBERS, TIMES
from benchmarks.mutations.draw import Mutation
from schemas import extract

NUMBER = "A record's own number is opaque: another text may be one. A correction or a deletion will miss it."
EMPTY = "The cell may be empty, and nothing says that it was not."
WORD = "Both words are true of somebody; the delivery does not say it twice."
DAY = "Another day as good as the right one: nothing else in the delivery says which it was."
AMOUNT = "Another amount within the usual limits; only the chart knows."
PLACES = "Values of one kind changed places, and each is plausible where it stands now."
LOST = "What was never sent is not missed; a manifest with sizes and hashes tells (operations.md, Deliveries)."
PERSON = "Two people may share sex and day of birth; names stop at raw."
CODE = "The cut or changed code is one too; a drug without a concept is told of in OMOP (drug_mapped)."
LIMIT = "A laboratory may censor a result at a limit of its own."
NOTE = "Free text and the cell beside it: the text is not read, and the cell may be empty."

MOVED = ("swap", "shift", "fill", "sort")
LOSSES = ("a record lost", "no records", "the second half lost", "the last line cut")
ABSENT = ("drop the value", "empty the column", "drop the column", "rename the column")


def reason(mutation: Mutation) -> str:
    """The reason; a miss that none of them explains raises `LookupError`: it wants a rule."""
    operator, feed = mutation.operator, mutation.feed
    if operator in LOSSES:
        return LOST
    if feed == "patient" and "under another number" in operator:
        return PERSON
    field = next((c for c in extract.load(feed).columns if c.name == mutation.column), None)
    if field is None:
        raise LookupError(f"{operator} on {feed} is missed for no known reason")
    moved = operator.startswith(MOVED)
    is_number = field.name in extract.load(feed).key
    cases = (
        (operator in ABSENT and not field.required, EMPTY),
        (field.type == "text", NOTE),
        (is_number and not moved, NUMBER),
        (moved, PLACES),
        (operator == "another word of the list", WORD),
        (operator == "comparator before", LIMIT),
        (field.type in TIMES, DAY),
        (field.type in NUMBERS, AMOUNT),
        (field.pattern is not None, CODE),
    )
    found = next((why for holds, why in cases if holds), None)
    if found is None:
        raise LookupError(f"{operator} on {feed}.{field.name} is missed for no known reason")
    return found
