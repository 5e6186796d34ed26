"""What is made, one module or folder per layer, in the order landing, raw, staging, fhir, omop, cohorts, labels, marts, release.

Functions from tables to tables belong here; schedules, the command line and SQL strings do not.
"""
