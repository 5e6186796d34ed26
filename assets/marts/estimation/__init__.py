"""How `marts.estimates` comes about: who is compared from which day on, and every estimate of that comparison.

Choosing populations and calling the formulas of `statistics` belongs here; formulas and study rules do not.
"""
