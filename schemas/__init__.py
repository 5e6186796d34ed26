"""What every table must look like: contracts, extract feeds, site profiles, code lists, the study protocol.

Data and the small models that read it belong here; Dagster, connections and paths of a run do not.
"""
