"""A second computation of every cohort and label, one person at a time in plain Python, written from the
definitions alone; and histories made to be hard. It belongs here what both sides are compared by, and nothing
that reads or shares the SQL of cohorts and labels."""
