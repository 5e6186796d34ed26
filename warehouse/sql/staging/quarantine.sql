-- Refused records of all feeds: where each one stands and which rule it broke, never what it says.
select
    delivery,
    file_id,
    feed,
    record,
    line,
    rule,
    column_name,
    reason,
    severity,
    also
from refused
