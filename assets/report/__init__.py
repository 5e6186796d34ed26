"""The release's report: one self-contained page of tables and figures for the people of the hospital.

Aggregates and their presentation belong here; nothing is computed that a mart could hold, no patient is shown.
"""
