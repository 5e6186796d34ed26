"""The events of the synthetic hospital as different hospitals would send them: a module a format, rows in, files out.

Spelling, code systems and file layout belong here; what happened to a patient does not.
"""
