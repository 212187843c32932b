"""Who acts, and what a role may do: below everything that asks."""
