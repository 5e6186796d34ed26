with
-- Read once for results and once for items: to keep it between them would take gigabytes.
take_results as not materialized (
    -- A cancelled result was never measured. A total that nobody wrote down is the sum of its items, if
    -- all of them are known.
    select
        observation.id::bigint as measurement_id,
        observation.person_key,
        observation.code.coding[1] as coding,
        observation.category[1].coding[1].code as category,
        -- By one offset, where the zone of nearly all rows keeps one; a column of zones takes a hundred times as long.
        case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(observation."effectiveDateTime") between $offset_from and $offset_until
                then make_timestamp(epoch_us(observation."effectiveDateTime") + $usual_offset)
            when organization.time_zone = $usual_time_zone
                then observation."effectiveDateTime" at time zone $usual_time_zone
            else observation."effectiveDateTime" at time zone organization.time_zone
        end as measured_at,
        [c."valueQuantity".value for c in observation.component] as items,
        coalesce(
            observation."valueQuantity".value, if(list_count(items) = len(items), list_sum(items), null)
        ) as value_as_number,
        observation."valueQuantity".comparator,
        coalesce(observation."valueQuantity".code, observation.component[1]."valueQuantity".code) as unit,
        observation."valueCodeableConcept".coding[1] as value_coding,
        observation."referenceRange"[1].low.value as range_low,
        observation."referenceRange"[1].high.value as range_high,
        [e."valueString" for e in observation.extension if e.url = $source_value][1] as value_source,
        [e."valueString" for e in observation.extension if e.url = $source_unit][1] as unit_source,
        observation.encounter,
        split_part(observation."partOf"[1].reference, '/', 2)::bigint as event_id,
        if(event_id is null, null, $field_procedure_occurrence) as event_field,
        observation.component
    from fhir.observation as observation
    inner join fhir.organization as organization on observation.site = organization.site
    where observation.status <> 'cancelled'
),

take_items as (
    -- An item is a measurement of its own and points at the total it belongs to.
    select
        * exclude (component),
        unnest(component) as item
    from take_results
    where component is not null
),

gather as (
    select * exclude (component, items) from take_results
    union all by name
    select
        (md5_number_lower(measurement_id || '|' || item.code.coding[1].code) >> 1)::bigint as measurement_id,
        person_key,
        item.code.coding[1] as coding,
        category,
        measured_at,
        item."valueQuantity".value as value_as_number,
        item."valueQuantity".code as unit,
        encounter,
        measurement_id as event_id,
        $field_measurement as event_field
    from take_items
    where item."valueQuantity" is not null
),

-- The concept says to which table a fact belongs.
know_codes as (
    select
        system.vocabulary_reference,
        code.source_code,
        code.target_concept_id,
        code.source_concept_id,
        concept.domain_id
    from omop.source_to_concept_map as code
    inner join omop.vocabulary as system on code.source_vocabulary_id = system.vocabulary_id
    left join omop.concept as concept on code.target_concept_id = concept.concept_id
)

select
    result.measurement_id,
    result.person_key as person_id,
    coalesce(code.target_concept_id, 0) as measurement_concept_id,
    result.measured_at::date as measurement_date,
    result.measured_at as measurement_datetime,
    strftime(result.measured_at, '%H:%M:%S') as measurement_time,
    type.target_concept_id as measurement_type_concept_id,
    operator.target_concept_id as operator_concept_id,
    result.value_as_number,
    value.target_concept_id as value_as_concept_id,
    if(result.unit is null, null, coalesce(unit.target_concept_id, 0)) as unit_concept_id,
    result.range_low,
    result.range_high,
    split_part(result.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
    result.coding.code as measurement_source_value,
    coalesce(code.source_concept_id, 0) as measurement_source_concept_id,
    coalesce(result.unit_source, result.unit) as unit_source_value,
    coalesce(result.value_source, result.value_coding.code) as value_source_value,
    result.event_id as measurement_event_id,
    result.event_field as meas_event_field_concept_id
from gather as result
left join know_codes as code
    on result.coding.system = code.vocabulary_reference and result.coding.code = code.source_code
left join omop.source_to_concept_map as type
    on result.category = type.source_code and type.source_vocabulary_id = 'FHIR category'
left join omop.source_to_concept_map as operator
    on result.comparator = operator.source_code and operator.source_vocabulary_id = 'FHIR comparator'
left join omop.source_to_concept_map as unit
    on result.unit = unit.source_code and unit.source_vocabulary_id = 'UCUM'
left join omop.source_to_concept_map as value
    on result.value_coding.code = value.source_code and value.source_vocabulary_id = 'Mucosa'
where coalesce(code.domain_id, 'Measurement') <> 'Observation'
