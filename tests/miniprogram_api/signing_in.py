"""What the tests of signing in share."""

import itertools

codes = itertools.count(700_000)


def login_code(persona):
    """Return a code that the stand-in spends once."""
    return f"sim:{persona}:{next(codes)}"


class Platform:
    """The platform as it fails: what cannot be had from the stand-in on demand."""

    def __init__(self, failure):
        self.failure = failure

    async def identity_by_code(self, code):
        raise self.failure

    async def phone_number(self, code, openid):
        raise self.failure
