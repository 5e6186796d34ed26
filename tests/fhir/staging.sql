-- One small hospital as staging leaves it; a null stands where a hospital wrote nothing.
insert into staging.site by name
select 'demo' as site, 'Asia/Tokyo' as time_zone, true as synthetic, date '2021-06-30' as latest_delivery;

insert into raw.file by name
select 7 as file_id, 'demo' as site, 'demo|2021-06-30' as delivery, 'patient' as feed, 'f7' as sha256, 1 as bytes,
    1 as records;

insert into staging.patient by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, person_key as record from (values
    (1, 'female', date '1980-05-17', null), (2, 'other', date '1950-01-02', date '2021-02-03')
) as t (person_key, sex, birth_date, death_date);

insert into staging.encounter by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (11, 1, 'IMP', timestamp '2020-01-01 08:30', timestamp '2020-02-01 10:00'),
    (12, 1, 'IMP', timestamp '2021-06-01 23:30', null),
    (13, 2, 'AMB', timestamp '2020-03-01 09:00', null)
) as t (encounter_key, person_key, class, started_at, ended_at);

insert into staging.condition by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (21, 1, 11, 'K51.5', '20094618', 'confirmed', '2005', date '2020-01-01'),
    (22, 1, null, 'K51.9', null, 'suspected', '2019-03', date '2020-01-01'),
    (23, 2, 13, 'I10', null, 'confirmed', null, date '2020-03-01'),
    (24, 2, 13, 'K51.0', '99999999', 'confirmed', '2010-02-03', date '2020-03-01')
) as t (condition_key, person_key, encounter_key, icd10_code, medis_code, status, onset_on, recorded_on);

insert into staging.medication_request by name
select *, dose_mg as dose, 'mg' as dose_unit, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record
from (values
    (31, 1, 11, 'inpatient', timestamp '2020-01-02 10:00', '3999014M1022', 2, 2, date '2020-01-02', 5, 'oral',
        'before', 'induction', 'completed', null, null),
    (32, 1, null, 'outpatient', timestamp '2020-02-01 10:00', '3999014M2029', 1.5, 2, date '2020-02-01', 28, 'oral',
        null, 'unknown', 'stopped', date '2020-02-20', 'adverse_event'),
    (33, 1, null, 'outpatient', timestamp '2020-03-01 10:00', '2399402F1026', 300, 0.125, date '2020-03-01', 8, 'iv',
        null, 'maintenance', 'completed', null, null),
    (34, 2, 13, 'outpatient', timestamp '2020-03-01 10:00', 'LOCAL-1', 10, 1, date '2020-03-01', 7, 'topical',
        null, null, 'active', null, null),
    (35, 2, 13, 'outpatient', timestamp '2020-03-01 10:00', '2456001F1345', 5, 1, date '2020-03-01', 7, 'oral',
        null, null, 'cancelled', null, null),
    (36, 2, 13, 'outpatient', timestamp '2020-03-01 10:00', '2456001F1345', 5, 0, date '2020-03-01', 7, 'oral',
        'after', null, 'active', null, null),
    (37, 2, 13, 'outpatient', timestamp '2020-04-01 10:00', 'DEMO-PSL1', 4, 0.125, date '2020-04-01', 16, 'oral',
        null, 'maintenance', 'active', null, null)
) as t (
    medication_request_key, person_key, encounter_key, setting, authored_at, product_code, dose_mg, times_per_day,
    start_on, days_supply, route, meal_timing, indication, status, stopped_on, stop_reason
);

insert into staging.medication_administration by name
select *, dose_mg as dose, 'mg' as dose_unit, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record
from (values
    (41, 1, 11, 31, '3999014M1022', timestamp '2020-01-02 08:00', 2, 'oral', 'completed'),
    (42, 1, 11, 31, '3999014M1022', timestamp '2020-01-02 20:00', 2, 'oral', 'not-done'),
    (43, 1, null, 33, '2399402F1026', timestamp '2020-03-01 00:30', 300, 'iv', 'completed')
) as t (
    medication_administration_key, person_key, encounter_key, medication_request_key, product_code, given_at, dose_mg,
    route, status
);

insert into staging.monitoring_order by name
select 51 as monitoring_order_key, 1 as person_key, timestamp '2020-01-02 09:00' as ordered_at, 10 as target_low,
    15 as target_high, 'ng/mL' as target_unit, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record;

insert into staging.lab_result by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (61, 1, 11, '1988-5', timestamp '2020-01-03 07:00', timestamp '2020-01-03 09:00', 'crp', '<', 0.04, 'mg/dL',
        '<0.04', 'mg/dl', null, 'corrected', 0, 0.14, 'LA'),
    (62, 1, null, '718-7', timestamp '2020-01-03 07:00', timestamp '2020-01-03 09:00', 'hemoglobin', null, null, null,
        null, 'g/dL', 'hemolysed', 'final', null, null, null),
    (63, 1, null, '718-7', timestamp '2020-01-04 07:00', timestamp '2020-01-04 09:00', 'hemoglobin', null, null, null,
        null, null, 'cancelled', 'cancelled', null, null, 'LA'),
    (64, 2, 13, '99999-9', timestamp '2020-03-01 07:00', timestamp '2020-03-01 09:00', null, null, 5, null,
        '5', null, null, 'final', null, null, null)
) as t (
    lab_result_key, person_key, encounter_key, code, collected_at, reported_at, analyte, value_operator, value_number,
    unit, value_source, unit_source, value_absent_reason, status, reference_low, reference_high, assay
);

insert into staging.vital_sign by name
select 71 as vital_sign_key, 1 as person_key, '29463-7' as code, timestamp '2020-01-01 09:00' as measured_at,
    'body_weight' as analyte, 50.5 as value_number, 'kg' as unit, '50.5' as value_source, 'kg' as unit_source,
    'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record;

insert into staging.activity_score by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (81, 1, 11, timestamp '2020-01-01 10:00', 3, 1, 2, 0, 2, 3, 1, 0, 12),
    (82, 1, 11, timestamp '2020-01-15 10:00', 1, 0, 1, 0, 0, 1, 0, 0, null),
    (83, 1, 11, timestamp '2020-01-29 10:00', 1, null, 1, 0, 0, 1, 0, 0, null),
    (84, 2, 13, timestamp '2020-03-01 10:00', null, null, null, null, null, null, null, null, 4)
) as t (
    activity_score_key, person_key, encounter_key, scored_at, stool_frequency, nocturnal_diarrhea, visible_blood,
    fecal_incontinence, abdominal_pain, general_wellbeing, abdominal_tenderness, antidiarrheal_use, total
);

insert into staging.endoscopy by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (91, 1, 11, timestamp '2020-01-20 14:00', timestamp '2020-01-20 17:00', 'colonoscopy', 'yes', 'E3', 1, 1, 0, 1, 2),
    (92, 2, null, timestamp '2020-03-05 14:00', timestamp '2020-03-05 15:00', 'sigmoidoscopy', 'unknown', null, null,
        1, null, 1, null)
) as t (
    endoscopy_key, person_key, encounter_key, performed_at, reported_at, examination, complete, extent,
    mayo_endoscopic_subscore, uceis_vascular_pattern, uceis_bleeding, uceis_erosions_ulcers, uceis_total
);

insert into staging.procedure by name
select 95 as procedure_key, 2 as person_key, '26390003' as code, timestamp '2021-01-05 09:00' as performed_at,
    'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record;

insert into staging.adverse_event by name
select *, 'demo' as site, 'demo|2021-06-30' as delivery, 7 as file_id, 1 as record from (values
    (97, 1, 11, 'R25.1', date '2020-01-10', '3999014M1022', 'stopped'),
    (98, 1, null, 'R51', date '2020-01-11', null, 'unknown')
) as t (adverse_event_key, person_key, encounter_key, icd10_code, occurred_on, suspected_product_code, action);
