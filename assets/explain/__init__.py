"""One patient's story from a build or a release: what happened by which rule, and which condition failed.

Reading and drawing for whoever asked belongs here; nothing of it is stored, logged or put into the report.
"""
