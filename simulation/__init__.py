"""The synthetic hospital: a calibrated cohort, a population of any size, and the landing files they leave.

Raw events and their truth belong here; nothing that the pipeline reads at run time except the landing files does.
"""
