"""Each room's indicators: who stands where, and why."""
