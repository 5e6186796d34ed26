"""The calibration: a search for one cohort of 109 patients that attains every attainable printed figure.

The search, its committed solution and the independent proof of it belong here; raw events and files do not.
"""
