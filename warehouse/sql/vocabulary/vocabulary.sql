-- The reference of a vocabulary is the URI that FHIR uses, so it stays; the download tells its version.
select
    built_in.vocabulary_id,
    built_in.vocabulary_name,
    built_in.vocabulary_reference,
    built_in.vocabulary_concept_id,
    case
        when built_in.vocabulary_id = 'None'
            then concat_ws(
                ', ',
                nullif(loaded.vocabulary_version, built_in.vocabulary_version),
                built_in.vocabulary_version
            )
        else coalesce(loaded.vocabulary_version, built_in.vocabulary_version)
    end as vocabulary_version
from built_in_vocabulary as built_in
left join athena_vocabulary as loaded on built_in.vocabulary_id = loaded.vocabulary_id
union all by name
select
    loaded.vocabulary_id,
    loaded.vocabulary_name,
    loaded.vocabulary_reference,
    $no_match as vocabulary_concept_id,
    loaded.vocabulary_version
from athena_vocabulary as loaded
semi join omop.concept as concept on loaded.vocabulary_id = concept.vocabulary_id
anti join built_in_vocabulary as built_in on loaded.vocabulary_id = built_in.vocabulary_id
