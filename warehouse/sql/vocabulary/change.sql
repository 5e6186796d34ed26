-- Codes in use whose standard concept changes.
select
    used.source_vocabulary_id,
    used.source_code,
    coalesce(before.target_concept_id, 0) as before_concept_id,
    coalesce(after.target_concept_id, 0) as after_concept_id,
    used.records
from code_in_use as used
left join mapped_before as before
    on used.source_vocabulary_id = before.source_vocabulary_id and used.source_code = before.source_code
left join mapped_after as after
    on used.source_vocabulary_id = after.source_vocabulary_id and used.source_code = after.source_code
order by used.records desc, used.source_vocabulary_id asc, used.source_code asc
