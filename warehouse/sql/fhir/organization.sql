-- The hospital: other resources take their time zone and data lock from here.
select
    (md5_number_lower('Organization|' || site) >> 1)::bigint::varchar as id,
    [
        {'url': $time_zone, 'valueCode': time_zone, 'valueDate': null},
        {'url': $data_lock, 'valueCode': null, 'valueDate': latest_delivery}
    ] as extension,
    [{'system': $site_identifier, 'value': site}] as identifier,
    true as active,
    site as name,
    time_zone,
    latest_delivery,
    site
from staging.site
