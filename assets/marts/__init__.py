"""What analysts open: one wide patient table, the paper's tables, relapse curves, tests, and the comparison.

Making tables from cohorts and labels belongs here; study rules lie to the left, formulas in `statistics`.
"""
