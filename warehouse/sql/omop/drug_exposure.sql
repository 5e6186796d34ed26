with
list_doses_given as (
    -- A dose that was held is no exposure.
    select
        given.id::bigint as drug_exposure_id,
        given.person_key,
        given."medicationCodeableConcept".coding[1] as product,
        -- By one offset, where the zone of nearly all rows keeps one; a column of zones takes a hundred times as long.
        case
            when
                organization.time_zone = $usual_time_zone
                and epoch_us(given."effectiveDateTime") between $offset_from and $offset_until
                then make_timestamp(epoch_us(given."effectiveDateTime") + $usual_offset)
            when organization.time_zone = $usual_time_zone then given."effectiveDateTime" at time zone $usual_time_zone
            else given."effectiveDateTime" at time zone organization.time_zone
        end as given_at,
        given_at::date as start_on,
        given.dosage.dose.value as dose_mg,
        given.dosage.dose.unit as dose_unit,
        1 as doses,
        1 as days_supply,
        given.dosage.route.coding[1].code as route,
        given.context as encounter,
        $type_ehr_administration as type_concept_id
    from fhir.medication_administration as given
    inner join fhir.organization as organization on given.site = organization.site
    where given.status = 'completed'
),

list_orders_given as (
    select distinct request.reference
    from fhir.medication_administration
    where request is not null
),

take_prescriptions as (
    -- What the hospital itself gave stands in the administrations: inpatient orders, and orders of infusions
    -- given to outpatients, would count twice.
    select
        ordered.*,
        ordered."dosageInstruction"[1] as dosage
    from fhir.medication_request as ordered
    left join list_orders_given on 'MedicationRequest/' || ordered.id = list_orders_given.reference
    where
        ordered.category[1].coding[1].code = 'outpatient'
        and ordered.status <> 'cancelled'
        and list_orders_given.reference is null
),

list_prescriptions as (
    select
        prescribed.id::bigint as drug_exposure_id,
        prescribed.person_key,
        prescribed."medicationCodeableConcept".coding[1] as product,
        prescribed.dosage.timing.repeat."boundsPeriod".start as start_on,
        prescribed.dosage.timing.repeat."boundsPeriod"."end" as stopped_on,
        prescribed.dosage."doseAndRate"[1]."doseQuantity".value as dose_mg,
        prescribed.dosage."doseAndRate"[1]."doseQuantity".unit as dose_unit,
        prescribed."dispenseRequest"."expectedSupplyDuration".value::integer as days_supply,
        prescribed.dosage.timing.repeat.frequency
        / prescribed.dosage.timing.repeat.period
        * days_supply as doses,
        prescribed.dosage.route.coding[1].code as route,
        prescribed."statusReason".coding[1].code as stop_reason,
        prescribed.encounter,
        $type_ehr_prescription as type_concept_id
    from take_prescriptions as prescribed
),

gather as (
    select * from list_doses_given
    union all by name
    select * from list_prescriptions
)

select
    exposure.drug_exposure_id,
    exposure.person_key as person_id,
    coalesce(product.target_concept_id, 0) as drug_concept_id,
    exposure.start_on as drug_exposure_start_date,
    exposure.given_at as drug_exposure_start_datetime,
    exposure.start_on + (exposure.days_supply - 1) as drug_exposure_end_date,
    exposure.given_at as drug_exposure_end_datetime,
    exposure.stopped_on as verbatim_end_date,
    exposure.type_concept_id as drug_type_concept_id,
    exposure.stop_reason,
    exposure.dose_mg::double / strength.amount_value * exposure.doses as quantity,
    exposure.days_supply,
    coalesce(route.target_concept_id, 0) as route_concept_id,
    split_part(exposure.encounter.reference, '/', 2)::bigint as visit_occurrence_id,
    exposure.product.code as drug_source_value,
    coalesce(product.source_concept_id, 0) as drug_source_concept_id,
    exposure.route as route_source_value,
    exposure.dose_unit as dose_unit_source_value
from gather as exposure
left join omop.vocabulary as system on exposure.product.system = system.vocabulary_reference
left join omop.source_to_concept_map as product
    on system.vocabulary_id = product.source_vocabulary_id and exposure.product.code = product.source_code
left join omop.drug_strength as strength on product.target_concept_id = strength.drug_concept_id
left join omop.source_to_concept_map as route
    on exposure.route = route.source_code and route.source_vocabulary_id = 'SNOMED'
