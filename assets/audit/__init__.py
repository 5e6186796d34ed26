"""What a paper's printed figures say about each other: findings recomputed from the figures alone.

Checks that anyone can point at another paper's table belong here; our own patients and tables do not.
"""
