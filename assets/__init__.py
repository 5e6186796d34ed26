"""What is made, one module or folder per layer: raw, staging, fhir, omop, cohorts, labels, marts, report.

Functions from tables to tables belong here; schedules, the command line and SQL strings do not.
"""
