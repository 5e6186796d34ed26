-- What the profiles and the deliveries say about each site.
select
    site,
    time_zone,
    synthetic,
    latest_delivery::date as latest_delivery
from profiles
