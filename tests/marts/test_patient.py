"""`marts.patient`: one row a person, values under their own names, missing ones null."""

import datetime as dt

from warehouse import model


def ask(connection, columns, person):
    return connection.execute(f"select {columns} from marts.patient where person_id = ?", [person]).fetchall()


def test_baselines_scores_and_times_stand_in_one_row(study, parameters):
    assert model.build(study, "marts.patient", parameters) == 8
    columns = (
        "before_psl_cai, end_tac_crp_mg_dl, before_tac_mayo_endoscopic_subscore, "
        "end_tac_mayo_endoscopic_subscore, end_tac_uceis_total, relapse, time_days, colonoscopy_after_relapse"
    )
    [(cai, crp, mayo, mayo_end, uceis_end, relapse, days, after)] = ask(study, columns, 1)
    assert (int(cai), float(crp), int(mayo), int(mayo_end), int(uceis_end)) == (11, 0.01, 3, 0, 0)
    assert (relapse, days, after) == (True, 50, True)
    assert ask(study, "before_tac_mayo_endoscopic_subscore, colonoscopy_after_relapse", 4) == [(None, False)]


def test_without_remission_or_judgement_the_answers_are_null(study, parameters):
    model.build(study, "marts.patient", parameters)
    columns = "study_group, in_remission, relapse, time_days, colectomy_during_induction, colonoscopy_after_relapse"
    assert ask(study, columns, 8) == [(None, False, None, None, None, None)]
    assert ask(study, columns, 7) == [(None, True, False, 200, False, False)]


def test_adverse_events_that_did_not_happen_are_false(study, parameters):
    model.build(study, "marts.patient", parameters)
    columns = "ae_tremor, ae_renal_impairment, ae_headache, ae_hypomagnesemia"
    assert ask(study, columns, 1) == [(True, False, True, False)]
    assert ask(study, columns, 2) == [(False, False, False, False)]


def test_only_a_colectomy_before_remission_counts(study, insert, parameters):
    procedures = [(1, 0, "total_colectomy"), (2, 28, "panproctocolectomy"), (3, 29, "total_colectomy"),
                  (4, 10, "colonoscopy"), (5, -1, "total_colectomy")]  # fmt: skip
    for person, day, concept in procedures:
        insert("omop.procedure_occurrence", person_id=person, procedure_date=dt.date(2017, 1, 1) + dt.timedelta(day),
               procedure_concept_id=parameters[concept])  # fmt: skip
    model.build(study, "marts.patient", parameters)
    found = study.execute("select person_id from marts.patient where colectomy_during_induction").fetchall()
    assert sorted(found) == [(1,), (2,)]


def test_a_relapse_that_follow_up_did_not_reach_has_no_criterion(study, insert, parameters):
    study.execute("update labels.relapse set criterion = 'R1', on_treatment = false where person_id = 2")
    model.build(study, "marts.patient", parameters)
    assert ask(study, "relapse, relapse_criterion, relapse_on_treatment", 2) == [(False, None, None)]
    assert ask(study, "relapse, relapse_criterion", 1) == [(True, "R1")]
