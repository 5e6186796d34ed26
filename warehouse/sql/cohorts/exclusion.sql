-- Everybody with any tacrolimus who did not enter, with the first step that failed.
-- source: protocol D6, D10. inputs: eligibility. window: none. missing: none.
select person_id, course_id, first_failed_step as step, reason
from cohorts.eligibility
where first_failed_step is not null
