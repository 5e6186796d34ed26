"""The columns of solution.csv: what a row says about one of the 109 patients.

Days count from the first tacrolimus dose (day 0) unless said otherwise; flags are 0/1; empty means that the
patient has no such value. The analysed are the 55 with an end-of-treatment colonoscopy.
"""

COLUMNS = {
    "id": "P001-P055 analysed (MH, then NMH, by end of observation), P056-P086 without colonoscopy, "
    "P087-P109 without remission. Raw events must not keep this order.",
    "group": "mh, nmh, remission_no_scope or no_remission",
    "prepsl_cai": "Lichtiger CAI at the start of the steroid stretch that leads to tacrolimus",
    "prepsl_hb": "haemoglobin then, g/dL",
    "prepsl_alb": "albumin then, g/dL",
    "prepsl_crp": "C-reactive protein then, mg/dL; 0.04 is the reporting floor",
    "pretac_cai": "Lichtiger CAI before the first tacrolimus dose",
    "pretac_hb": "haemoglobin then, g/dL",
    "pretac_alb": "albumin then, g/dL",
    "pretac_crp": "C-reactive protein then, mg/dL",
    "endtac_hb": "haemoglobin within 14 days of the last dose, g/dL",
    "endtac_alb": "albumin then, g/dL",
    "endtac_crp": "C-reactive protein then, mg/dL",
    "endtac_cai": "Lichtiger CAI then; above 4 without remission and before colectomy",
    "age": "completed years at the first dose",
    "uc_duration": "completed years from diagnosis to the first dose",
    "time_to_target": "days to the first trough >= 10 ng/mL",
    "prepsl_uceis": "UCEIS total before PSL; empty without an endoscopy then",
    "pretac_uceis": "UCEIS total before tacrolimus",
    "scope_serves_both": "1: a single endoscopy is the baseline before PSL and before tacrolimus",
    "prepsl_mayo": "Mayo endoscopic subscore before PSL; empty without an endoscopy then",
    "pretac_mayo": "Mayo endoscopic subscore before tacrolimus",
    "endtac_mayo": "Mayo endoscopic subscore at the end of tacrolimus",
    "endtac_uceis": "UCEIS total at the end of tacrolimus",
    "male": "flag; otherwise female",
    "left_sided": "flag; otherwise total colitis",
    "steroid_dependent": "flag; otherwise steroid-resistant",
    "aza": "azathioprine for 14 days or more during tacrolimus",
    "ae_tremor": "adverse event during tacrolimus",
    "ae_renal_impairment": "adverse event during tacrolimus",
    "ae_headache": "adverse event during tacrolimus",
    "ae_hypomagnesemia": "adverse event during tacrolimus",
    "prior_biologic": "a biologic before tacrolimus",
    "tac_duration": "day of the last dose",
    "remission_day": "day of the visit that brings remission: the first CAI <= 4 on or after day 28",
    "colonoscopy_day": "day of the end-of-treatment colonoscopy; after the relapse if that came on treatment",
    "relapse": "flag; 0 without remission",
    "T": "days from remission to relapse or censoring",
    "relapse_or_censor_day": "day of relapse; of last contact if none",
    "relapse_type": "R1 high-dose IV steroid, R2 biologic, R3 new course, R4 escalation of the running one",
    "steroid_free_24w": "no steroid on days 154-182; empty if contact ended before",
    "psl_stop_day": "last day of the induction taper; steroids of an R1 relapse come on top",
    "psl_total": "mg prednisolone over the stay, both its ends included",
    "admission_day": "first day of the hospital stay, before day 0",
    "discharge_day": "last day of the stay, always before remission",
    "psl_start_day": "first day of the steroid stretch, on or before admission",
    "psl_daily_mg": "one dose a day from admission to discharge, separated by spaces, never rising; before "
    "admission a resistant patient takes the first of these, a dependent one an outpatient dose below it; "
    "after discharge the taper goes on to psl_stop_day",
    "tac_start": "date of the first dose",
    "remission_date": "date of remission_day",
    "colonoscopy_date": "date of colonoscopy_day",
    "tac_end": "date of the last dose",
    "relapse_or_censor_date": "date of relapse_or_censor_day",
    "follow_up_days": "days from the first dose to the last contact",
    "last_contact": "date of the last visit; nothing of the patient is later",
    "sub_reason": "why not analysed: refused, lost (last seen on tacrolimus), colectomy (on the last day of "
    "tacrolimus, also the last contact); cai_above_4 (at every visit of days 28-84), biologic_rescue (first "
    "dose on the day after the last of tacrolimus); empty for the analysed",
}
