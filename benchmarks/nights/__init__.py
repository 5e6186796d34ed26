"""Random sequences of deliveries, each night made for those only who changed and compared with one made for all.

Hospitals that do what hospitals do belong here, and the comparison; how fast a night is does not.
"""
