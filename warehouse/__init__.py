"""Where the data lives: the DuckDB connection, the SQL models, keys, places on disk, the release.

Storage mechanics and SQL text belong here; clinical rules in Python and anything of Dagster do not.
"""
