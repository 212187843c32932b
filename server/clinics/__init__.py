"""Medical institutions inside homes (内设医疗机构), and whom the insurance pays (A06, A07; machine ⑭; ADR 31).

The way of one clinic: the census makes a home *eligible*; the home says that it *intends* to have one, *applies* with a
paper, the commission notes the licence or filing, the insurance's designation makes it *insured*, and it *operates*. Who is
next and by when stands in the row. A designation is a fact of its own, of any institution: settlement asks it alone.
"""
