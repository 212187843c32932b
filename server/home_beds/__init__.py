"""Home hospital beds (家庭病床, A08; machine ⑫; ADR 31): a hospital's bed that stands in somebody's own room.

The journey: the home, the family or a clinician *applies* at a medical institution that has an agreement with the home; a
clinician goes through the admission check-list (*assessed*); with the insurance's filing number it is *opened* and days are
counted; while the resident lies in hospital it is *suspended* by itself, and goes on when they are back; it is *closed* with a
summary, when it has run out, or when they leave or die. Every one that is not over has an owner and a next deadline.
"""
