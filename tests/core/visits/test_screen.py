"""What is given out before a scan: nonces, and the code on the screen of the home."""

from datetime import timedelta

import pytest

from server.authority.actor import Actor
from server.kit.errors import Forbidden, NotFound
from server.visits import actions, codes, queries
from server.visits.errors import ShownToThemselves, TooManyNonces
from tests.core.visits.conftest import Ask, Round, on_both_sides

KEYS_OF_ANOTHER_TOWN = codes.CodeKeys.read(f"1:{'77' * 32}", appid="wx00000000cafe0001")


class TestNonces:
    async def test_five_may_be_held_for_later(self, morning: Round) -> None:
        card = await actions.prepare_scan(actor=morning.doctor, offline=5, now=morning.now)
        assert len(set(card.nonces)) == 5
        assert card.expires_at == morning.now + timedelta(hours=12)
        with pytest.raises(TooManyNonces):
            await actions.prepare_scan(actor=morning.doctor, offline=1, now=morning.now)

        later = morning.clock.advance(hours=12)
        assert len((await actions.prepare_scan(actor=morning.doctor, offline=3, now=later)).nonces) == 3

    async def test_are_not_shown_in_logs(self, morning: Round) -> None:
        card = await actions.prepare_scan(actor=morning.doctor, now=morning.now)
        assert card.nonces[0] not in repr(card)


class TestTheScreen:
    @pytest.mark.parametrize("key", ["nurse", "he"])
    async def test_is_shown_by_staff_of_the_home(self, morning: Round, actor: Ask, key: str) -> None:
        card = await queries.rotating_code_for(actor=await actor(key), visit_uid=morning.uid, now=morning.now)
        assert len(card.text) == 29
        assert card.seconds_left == 30
        assert card.text not in repr(card)

    async def test_is_not_shown_by_those_who_come_to_visit(self, morning: Round) -> None:
        with pytest.raises(Forbidden):
            await queries.rotating_code_for(actor=morning.doctor, visit_uid=morning.uid, now=morning.now)

    async def test_is_not_shown_by_the_performer_even_with_a_post_in_the_home(self, morning: Round) -> None:
        """T11: the same hand may not hold both sides."""
        both: Actor = on_both_sides(morning.doctor, morning.nurse)
        with pytest.raises(ShownToThemselves):
            await queries.rotating_code_for(actor=both, visit_uid=morning.uid, now=morning.now)

    @pytest.mark.parametrize("key", ["other_nurse", "zhao", "daughter"])
    async def test_does_not_exist_for_others(self, morning: Round, actor: Ask, key: str) -> None:
        with pytest.raises(NotFound):
            await queries.rotating_code_for(actor=await actor(key), visit_uid=morning.uid, now=morning.now)
