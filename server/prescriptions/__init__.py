"""Long prescriptions, their refills, and medicines brought to the bed (A16). The plan is docs/adr/0032."""
