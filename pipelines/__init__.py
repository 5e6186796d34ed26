"""When things run, and with what: Dagster definitions, jobs, configured resources and the command line.

Orchestration belongs here; data logic does not.
"""
