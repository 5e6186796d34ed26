-- Last day on which the hospital knows of a person.
-- source: protocol D15 (visit, measurement, procedure or prescription with a limited part of its supply).
-- inputs: dates. window: up to the data lock. missing: a person without any record has no row.
with find_data_lock as (
    select max(source_release_date) as data_lock_on from omop.cdm_source
),

gather_contacts as (
    -- a stay without discharge lasts to the data lock
    select
        person_id,
        coalesce(visit_end_date, data_lock_on) as contact_on,
        'omop.visit_occurrence' as table_name,
        visit_occurrence_id as row_id
    from omop.visit_occurrence, find_data_lock
    union all
    select person_id, measurement_date, 'omop.measurement', measurement_id from omop.measurement
    union all
    select person_id, procedure_date, 'omop.procedure_occurrence', procedure_occurrence_id
    from omop.procedure_occurrence
    union all
    -- a supply proves nothing for longer than the cap, and nothing after a stop
    select
        person_id,
        greatest(
            drug_exposure_start_date,
            least(
                drug_exposure_start_date
                + least(coalesce(days_supply, 1), $supply_contact_max_days)::integer
                - 1,
                verbatim_end_date
            )
        ),
        'omop.drug_exposure',
        drug_exposure_id
    from omop.drug_exposure
),

cut_at_data_lock as (
    select g.*, least(g.contact_on, l.data_lock_on) as known_on
    from gather_contacts as g, find_data_lock as l
)

select
    person_id,
    max(known_on) as last_contact_on,
    max(struct_pack(o := known_on, t := table_name, i := row_id)).t as table_name,
    max(struct_pack(o := known_on, t := table_name, i := row_id)).i as row_id
from cut_at_data_lock
group by person_id
