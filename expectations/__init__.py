"""What we doubt: the rules asked of every table, their severities, and the glue that runs them in Great Expectations.

Rules as data and their evaluation belong here; arithmetic that a unit test should prove does not.
"""
