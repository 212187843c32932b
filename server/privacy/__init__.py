"""What the law gives a person over what is held about them, and what it asks of whoever holds it (PIPL)."""
