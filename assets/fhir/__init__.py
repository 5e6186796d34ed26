"""The FHIR layer: R4B resources as tables, their JSON at the edge, and the proof that they are valid.

Making, writing and judging resources belongs here; reading extracts and mapping to OMOP do not.
"""
