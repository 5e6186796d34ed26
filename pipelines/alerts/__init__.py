"""What people are told, and when: problems found, remembered until they recover, and sent until they arrive.

Judging data does not belong here: rules do that. Nothing here holds a patient's value.
"""
