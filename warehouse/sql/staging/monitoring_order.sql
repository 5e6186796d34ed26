-- Current accepted records, source keys replaced by keyed ones; cells were typed by the extract contract.
select
    monitoring_order_key,
    site,
    person_key,
    ordered_at,
    target_low,
    target_high,
    target_unit,
    delivery,
    file_id,
    record
from accepted
