"""How much each practitioner has done, counted out of what both institutions confirmed and nothing else (A18).

Every confirmed service is one line with its weight: item × role × place, each a policy number with its day (work in a home
counts double ①④). Lines are only ever added: what a correction takes away is taken back by a line with the opposite sign. An
institution closes its month; what is confirmed or corrected after that is booked in the month that is open then.
"""
