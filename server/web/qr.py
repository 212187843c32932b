"""A QR code as rows of modules, for a phone to draw: no picture has to travel, and none is fetched from elsewhere."""

import segno


def modules(text: str, *, error: str = "m") -> tuple[str, ...]:
    """Return the rows, `1` for dark. The quiet zone of four modules around it is the phone's to leave."""
    drawn = segno.make(text, error=error, micro=False)
    return tuple("".join("1" if module else "0" for module in row) for row in drawn.matrix)
