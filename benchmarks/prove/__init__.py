"""Long proofs by simulation, run on purpose (`make prove`) and recorded in `docs/evidence/`.

Invented people and their analysis by the project's own statistics belong here; quick checks are tests.
"""
