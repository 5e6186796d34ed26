"""Raw text becomes typed, checked, canonical facts; what breaks the extract contract goes to quarantine.

Parsing, rules, versions and the accounting of records belong here; clinical interpretation does not.
"""
