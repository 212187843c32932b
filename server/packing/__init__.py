"""What fits into half a day: a round at a home, a bus to a hospital. Pure; no database, no clock (ADR 0035).

Both packers say what they pack, and of everything that they leave out why, as a word (`why.Why`) with its sentence.
"""
