"""Indicators that explain themselves: each percentage opens to who stands behind it, why, and what to do next (A19, A20)."""
