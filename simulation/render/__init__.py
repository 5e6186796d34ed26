"""From a course to raw events, one module for each group of feeds.

Rows of feeds are made here; no label, no date of an outcome and no file is.
"""
