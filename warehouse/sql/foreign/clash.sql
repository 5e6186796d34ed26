-- Local concepts of ours whose ids stand for something else there.
select built_in.concept_id
from built_in_concept as built_in
inner join theirs_concept as their on built_in.concept_id = their.concept_id
where
    built_in.concept_id >= $local
    and (built_in.vocabulary_id <> their.vocabulary_id or built_in.concept_code <> their.concept_code)
order by built_in.concept_id
