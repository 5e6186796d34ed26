"""What the landing folder holds, kept as text in the identified zone, and one row per file in `raw.file`.

Finding deliveries, reading bytes and refusing unreadable files belong here; interpreting a cell does not.
"""
