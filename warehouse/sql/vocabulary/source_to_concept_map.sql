-- The way from a source code to its concepts: a hospital's own mapping first, then what the download says of the
-- codes in use, then what is built in. Where the download knows no standard concept, the built-in one stays.
with
find_targets as (
    -- Of several standard concepts one in the domain of the source code is taken.
    select
        source.concept_id,
        arg_min(target.concept_id, struct_pack(d := target.domain_id <> source.domain_id, i := target.concept_id))
            as target_concept_id
    from athena_concept as source
    inner join athena_concept_relationship as maps on source.concept_id = maps.concept_id_1
    inner join athena_concept as target on maps.concept_id_2 = target.concept_id
    where
        maps.relationship_id = 'Maps to'
        and maps.invalid_reason is null
        and target.standard_concept = 'S'
        and target.invalid_reason is null
    group by source.concept_id
),

look_codes_up as (
    select
        used.source_vocabulary_id,
        used.source_code,
        source.concept_id as source_concept_id,
        source.concept_name as source_code_description,
        find_targets.target_concept_id
    from code_in_use as used
    inner join athena_concept as source
        on used.source_vocabulary_id = source.vocabulary_id and used.source_code = source.concept_code
    left join find_targets on source.concept_id = find_targets.concept_id
),

list_keys as (
    select source_vocabulary_id, source_code from built_in_source_to_concept_map
    union
    select source_vocabulary_id, source_code from look_codes_up
    union
    select source_vocabulary_id, source_code from local_mapping
),

choose as (
    select
        key.source_vocabulary_id,
        key.source_code,
        coalesce(found.source_concept_id, built_in.source_concept_id, 0) as source_concept_id,
        coalesce(own.source_code_description, built_in.source_code_description, found.source_code_description)
            as source_code_description,
        coalesce(
            own.target_concept_id, found.target_concept_id, built_in.target_concept_id, 0
        ) as target_concept_id
    from list_keys as key
    left join local_mapping as own
        on key.source_vocabulary_id = own.source_vocabulary_id and key.source_code = own.source_code
    left join look_codes_up as found
        on key.source_vocabulary_id = found.source_vocabulary_id and key.source_code = found.source_code
    left join built_in_source_to_concept_map as built_in
        on key.source_vocabulary_id = built_in.source_vocabulary_id and key.source_code = built_in.source_code
)

select
    chosen.source_code,
    chosen.source_concept_id,
    chosen.source_vocabulary_id,
    chosen.source_code_description,
    chosen.target_concept_id,
    coalesce(loaded.vocabulary_id, known.vocabulary_id, 'None') as target_vocabulary_id,
    date '1970-01-01' as valid_start_date,
    date '2099-12-31' as valid_end_date
from choose as chosen
left join athena_concept as loaded on chosen.target_concept_id = loaded.concept_id
left join built_in_concept as known on chosen.target_concept_id = known.concept_id
