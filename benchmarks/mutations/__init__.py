"""What a damaged delivery comes to: operators that spoil every column of every feed, and what staging makes of each.

No timing (that is `benchmarks`) and no hand-written broken file (those are `tests/staging`).
"""
