"""The town at one moment, for whoever acts in it without a fixture: other processes, and what they share with the tests."""

from dataclasses import dataclass
from datetime import datetime

from server.authority.actor import Actor, Channel
from server.demo import Town, cast
from server.identity.queries import actor_of


@dataclass(frozen=True)
class Stage:
    town: Town
    now: datetime

    async def actor(self, key: str) -> Actor:
        somebody = next(each for each in cast.CAST if each.key == key)
        channel = Channel.CONSOLE if somebody.login else Channel.MINI_PROGRAM
        return await actor_of(account_uid=self.town.identity.accounts[key], channel=channel, now=self.now)
