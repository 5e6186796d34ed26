with
read_measurements as (
    select
        *,
        lab_result_key as id,
        'laboratory' as category,
        $loinc as system,
        collected_at as observed_at
    from staging.lab_result
    union all by name
    select
        *,
        vital_sign_key as id,
        'vital-signs' as category,
        $loinc as system,
        measured_at as observed_at
    from staging.vital_sign
),

score_activity as (
    -- A missing item stays as a component without a value, so that nobody takes it for zero.
    select
        *,
        activity_score_key as id,
        'survey' as category,
        $lichtiger_cai_total as code,
        scored_at as observed_at,
        total as value_number,
        '{score}' as unit,
        [
            {'code': $lichtiger_diarrhea, 'value': stool_frequency},
            {'code': $lichtiger_nocturnal, 'value': nocturnal_diarrhea},
            {'code': $lichtiger_blood, 'value': visible_blood},
            {'code': $lichtiger_incontinence, 'value': fecal_incontinence},
            {'code': $lichtiger_pain, 'value': abdominal_pain},
            {'code': $lichtiger_wellbeing, 'value': general_wellbeing},
            {'code': $lichtiger_tenderness, 'value': abdominal_tenderness},
            {'code': $lichtiger_antidiarrheal, 'value': antidiarrheal_use}
        ] as items
    from staging.activity_score
),

list_findings as (
    -- What an endoscopist may write down, each a finding of its own.
    select
        *,
        'procedure' as category,
        performed_at as observed_at,
        reported_at as issued_at,
        unnest([
            {'code': $mayo_endoscopic_subscore, 'number': mayo_endoscopic_subscore},
            {'code': $uceis_total, 'number': uceis_total, 'items': [
                {'code': $uceis_vascular, 'value': uceis_vascular_pattern},
                {'code': $uceis_bleeding, 'value': uceis_bleeding},
                {'code': $uceis_erosions, 'value': uceis_erosions_ulcers}
            ]},
            {'code': $uc_extent, 'word': extent},
            {'code': $colonoscopy_complete, 'word': case complete
                when 'yes' then $colonoscopy_complete_yes
                when 'no' then $colonoscopy_complete_no
            end}
        ], max_depth := 2)
    from staging.endoscopy
),

gather as (
    select
        *,
        reported_at as issued_at
    from read_measurements
    union all by name
    select * from score_activity
    union all by name
    -- A finding that nobody wrote down is no observation.
    select
        *,
        number as value_number,
        if(word is null, '{score}', null) as unit,
        (md5_number_lower(endoscopy_key || '|' || code) >> 1)::bigint as id
    from list_findings
    where number is not null or word is not null or list_any_value([i.value for i in items]) is not null
),

give_reasons as (
    -- FHIR's words for why there is no value; "as-text" stands for words instead of a number.
    select
        *,
        case
            when value_absent_reason in ('cancelled', 'insufficient_specimen', 'specimen_not_received')
                then 'not-performed'
            when value_absent_reason in ('hemolysed', 'lipemic', 'clotted', 'unsuitable_specimen', 'not_measurable')
                then 'error'
            when value_absent_reason = 'pending' then 'temp-unknown'
            when value_absent_reason in ('masked', 'unknown_analyte') then 'masked'
            when value_absent_reason in ('not_a_number', 'detected', 'not_detected', 'reported_elsewhere')
                then 'as-text'
            else 'unknown'
        end as reason
    from gather
),

interpret as (
    -- A result above or below its own range; one that is only known to lie on one side of a limit may be neither.
    -- Nothing that is measured here is below nought, so a range from nought has no lower end.
    select
        *,
        case
            when coalesce(value_operator, '>=') in ('>', '>=') then value_number
            when coalesce(reference_low, 0) = 0 then 0
        end as least,
        if(value_operator in ('>', '>='), null, value_number) as most,
        case
            when least > reference_high or (value_operator = '>' and least >= reference_high) then 'H'
            when most < reference_low or (value_operator = '<' and most <= reference_low) then 'L'
            when least >= coalesce(reference_low, least) and most <= coalesce(reference_high, most) then 'N'
        end as interpretation
    from give_reasons
),

find_amended as (
    -- Something else was final before: the record took the place of an earlier version.
    select distinct
        by_file_id as file_id,
        by_record as record
    from staging.superseded
    where why in ('later version', 'later delivery', 'later record')
)

select
    observation.id::varchar as id,
    nullif(
        list_filter(
            [
                {'url': $source_value, 'valueString': observation.value_source},
                {'url': $source_unit, 'valueString': observation.unit_source}
            ],
            lambda e: e."valueString" is not null
        ),
        []
    ) as extension,
    if(
        observation.endoscopy_key is null, null, [{'reference': 'Procedure/' || observation.endoscopy_key}]
    ) as "partOf",
    coalesce(observation.status, if(amended.record is null, 'final', 'amended')) as status,
    [{'coding': [{'system': $observation_category, 'code': observation.category}]}] as category,
    {'coding': [{'system': coalesce(observation.system, $mucosa), 'code': observation.code}]} as code,
    {'reference': 'Patient/' || observation.person_key} as subject,
    if(
        observation.encounter_key is null, null, {'reference': 'Encounter/' || observation.encounter_key}
    ) as encounter,
    -- A zone that stands for nearly all rows is converted ten times as fast as a column of zones.
    if(
        organization.time_zone = $usual_time_zone,
        observation.observed_at at time zone $usual_time_zone,
        observation.observed_at at time zone organization.time_zone
    ) as "effectiveDateTime",
    if(
        organization.time_zone = $usual_time_zone,
        observation.issued_at at time zone $usual_time_zone,
        observation.issued_at at time zone organization.time_zone
    ) as issued,
    if(observation.value_number is null, null, {
        'value': observation.value_number,
        'comparator': observation.value_operator,
        'unit': observation.unit,
        'system': if(observation.unit is null, null, $ucum),
        'code': observation.unit
    }) as "valueQuantity",
    if(
        observation.word is null, null, {'coding': [{'system': $mucosa, 'code': observation.word}]}
    ) as "valueCodeableConcept",
    if(
        observation.value_number is null and observation.word is null,
        {'coding': [{'system': $absent_reason, 'code': observation.reason}]},
        null
    ) as "dataAbsentReason",
    if(
        observation.interpretation is null or coalesce(observation.reference_low, observation.reference_high) is null,
        null,
        [{'coding': [{'system': $interpretation, 'code': observation.interpretation}]}]
    ) as interpretation,
    if(
        observation.assay is null, null, {'coding': [{'system': $mucosa, 'code': 'assay-' || lower(observation.assay)}]}
    ) as method,
    if(coalesce(observation.reference_low, observation.reference_high) is null, null, [{
        'low': if(observation.reference_low is null, null, {
            'value': observation.reference_low,
            'unit': observation.unit,
            'system': $ucum,
            'code': observation.unit
        }),
        'high': if(observation.reference_high is null, null, {
            'value': observation.reference_high,
            'unit': observation.unit,
            'system': $ucum,
            'code': observation.unit
        })
    }]) as "referenceRange",
    [
        {
            'code': {'coding': [{'system': $mucosa, 'code': i.code}]},
            'valueQuantity': if(i.value is null, null, {
                'value': i.value, 'unit': '{score}', 'system': $ucum, 'code': '{score}'
            }),
            'dataAbsentReason': if(
                i.value is null, {'coding': [{'system': $absent_reason, 'code': 'unknown'}]}, null
            )
        }
        for i in observation.items
    ] as component,
    observation.site,
    observation.person_key,
    observation.file_id,
    observation.record
from interpret as observation
inner join fhir.organization as organization on observation.site = organization.site
left join find_amended as amended
    on observation.file_id = amended.file_id and observation.record = amended.record
