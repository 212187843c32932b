"""The care alliance: one domain core, two faces, a worker."""

VERSION = "0.1.0"
