"""Scales that somebody answers about a resident: the ability assessment, the self-care screen, the constitution, long-term care.

docs/adr/0027-assessments.md says how it is put together.
"""
