"""What is done with referrals; each is one transaction."""

from server.referrals.actions.clocks import (
    end_of_the_dead,
    settle_escalation,
    sweep_deadlines,
    sweep_follow_ups,
)
from server.referrals.actions.follow_ups import do_follow_up, waive_follow_up
from server.referrals.actions.packets import open_packet_in_emergency
from server.referrals.actions.steps import (
    accept_back,
    book_seat,
    move_referral,
    offer_back,
    schedule_referral,
)
from server.referrals.actions.writing import Wish, amend_referral, write_referral

__all__ = [
    "Wish",
    "accept_back",
    "amend_referral",
    "book_seat",
    "do_follow_up",
    "end_of_the_dead",
    "move_referral",
    "offer_back",
    "open_packet_in_emergency",
    "schedule_referral",
    "settle_escalation",
    "sweep_deadlines",
    "sweep_follow_ups",
    "waive_follow_up",
    "write_referral",
]
