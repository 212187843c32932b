"""Family doctors: teams, packages, and one contract a person (A15). The plan is docs/adr/0032."""
