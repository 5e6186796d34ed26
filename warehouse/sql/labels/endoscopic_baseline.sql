-- Endoscopic scores before the steroid and before tacrolimus, and at the end-of-treatment colonoscopy.
-- source: protocol D8, D12. inputs: Mayo endoscopic subscore and UCEIS ({score}).
-- window: endoscopy_before_days before to endoscopy_after_days after the anchor; the last with any score.
-- missing: no examination, or none of the score, with the reason.
with name_anchors as (
    select person_id, course_id, 'before_psl' as period, steroid_start_on as anchor_on
    from cohorts.index_course
    union all
    select person_id, course_id, 'before_tac', start_on
    from cohorts.index_course
),

choose_baseline_examinations as (
    select a.person_id, a.course_id, a.period, e.procedure_occurrence_id
    from name_anchors as a
    left join cohorts.endoscopy as e
        on
            a.person_id = e.person_id
            and coalesce(e.mayo_endoscopic_subscore, e.uceis_total) is not null
            and e.performed_on
            between a.anchor_on
            - $endoscopy_before_days::integer and a.anchor_on
            + $endoscopy_after_days::integer
    qualify
        row_number() over (
            partition by a.person_id, a.period
            order by
                e.performed_on desc nulls last,
                e.mayo_endoscopic_subscore desc nulls last,
                e.uceis_total desc nulls last,
                e.procedure_occurrence_id asc
        ) = 1
),

add_end_of_treatment as (
    select *, 'no_endoscopy' as reason_without from choose_baseline_examinations
    union all
    select person_id, course_id, 'end_tac', procedure_occurrence_id, reason
    from cohorts.end_of_treatment_colonoscopy
),

-- one examination may serve both baselines
mark_shared as (
    select
        *,
        procedure_occurrence_id is not null
        and count(*) over (partition by person_id, procedure_occurrence_id) > 1 as shared
    from add_end_of_treatment
),

spread_scores as (
    select
        x.*,
        e.performed_on,
        unnest([
            struct_pack(
                m := 'mayo_endoscopic_subscore', v := e.mayo_endoscopic_subscore, i := e.mayo_measurement_id
            ),
            struct_pack(m := 'uceis_total', v := e.uceis_total, i := e.uceis_measurement_id)
        ]) as score
    from mark_shared as x
    left join cohorts.endoscopy as e on x.procedure_occurrence_id = e.procedure_occurrence_id
)

select
    person_id,
    course_id,
    period,
    score.m as measure,
    score.v::decimal(18, 6) as value,
    '{score}' as unit,
    case when score.v is not null then performed_on end as measured_on,
    case when score.v is not null then score.i end as measurement_id,
    procedure_occurrence_id,
    shared,
    case
        when score.v is not null then null
        when procedure_occurrence_id is null then reason_without
        else 'not_scored'
    end as reason
from spread_scores
