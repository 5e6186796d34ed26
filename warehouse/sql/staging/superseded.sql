-- Records that stand no longer, each with the one that goes before it: a copy, a correction or a deletion.
select
    delivery,
    file_id,
    feed,
    record,
    line,
    why,
    by_delivery,
    by_file_id,
    by_record,
    another_patient
from replaced
