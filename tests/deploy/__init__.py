"""The files under deploy/, tried as far as this machine can: those of a cluster are started by tests/cluster."""
