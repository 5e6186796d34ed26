"""What we doubt: rules on every table, their severities, and the glue that asks them in Great Expectations.

Rules as data and their evaluation belong here; arithmetic that a unit test should prove does not.
"""
