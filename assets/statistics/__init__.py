"""Statistics as pure functions: numbers in, a result or a named reason out, each with its source.

Estimates, tests and the way figures are printed belong here; tables, connections and study rules do not.
"""
