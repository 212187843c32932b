from datetime import date
from itertools import product

import pytest

from server.consent.rules import (
    CATEGORY_WORDS,
    CURRENT_TEXT,
    MOVES,
    PURPOSE_WORDS,
    REQUESTABLE,
    RESTRICTED,
    SHAREABLE,
    STATUS_WORDS,
    ConsentEvent,
    ConsentStatus,
    Notice,
    Purpose,
    RecordCategory,
    carried,
    hash_of,
    rendered,
    words_of,
)
from server.kit.errors import IllegalMove


def notice(*categories: RecordCategory) -> Notice:
    return Notice(
        resident="王桂兰",
        recipient="云桥市颐和养老院",
        contact="0574-55500000",
        purpose=Purpose.CARE,
        categories=frozenset(categories),
        last_day=date(2026, 12, 27),
    )


class TestTheText:
    def test_tells_all_that_the_law_asks_for(self) -> None:
        text = rendered(CURRENT_TEXT, notice(RecordCategory.EXAM, RecordCategory.MEDS))

        for duty in (
            "云桥市颐和养老院", "0574-55500000",  # who, and how to reach them
            "日常照护", "工作人员在本系统里查看",  # what for, and how
            "健康体检报告、用药与过敏",  # which kinds
            "2026年12月27日", "按国家规定年限保存",  # how long
            "随时撤回", "查阅、复制", "更正", "96345",  # rights, and the way to them
            "敏感个人信息", "影响您的隐私",  # necessity and effect (PIPL 30)
            "不会影响您住养、看病、预约和任何服务",  # PIPL 16
        ):  # fmt: skip
            assert duty in text

    def test_sets_what_is_restricted_apart(self) -> None:
        plain = rendered(CURRENT_TEXT, notice(RecordCategory.EXAM))
        sensitive = rendered(CURRENT_TEXT, notice(RecordCategory.EXAM, RecordCategory.RESTRICTED_MENTAL))

        assert "一项一项单独决定" not in plain
        assert "精神心理疾病）要一项一项单独决定" in sensitive

    def test_another_sentence_has_another_hash(self) -> None:
        one, other = (
            rendered(CURRENT_TEXT, notice(RecordCategory.EXAM)),
            rendered(CURRENT_TEXT, notice(RecordCategory.LABS)),
        )

        assert hash_of(one) != hash_of(other)
        assert len(hash_of(one)) == 64

    def test_leaves_no_place_unfilled(self) -> None:
        assert "{" not in rendered(CURRENT_TEXT, notice(*REQUESTABLE))


class TestCategories:
    def test_every_word_has_its_sentence(self) -> None:
        assert set(CATEGORY_WORDS) == set(RecordCategory)
        assert set(PURPOSE_WORDS) == set(Purpose)
        assert set(STATUS_WORDS) == set(ConsentStatus)

    def test_nobody_may_ask_for_what_nobody_labeled(self) -> None:
        assert RecordCategory.UNLABELED not in REQUESTABLE
        assert set(REQUESTABLE) >= RESTRICTED

    def test_only_all_of_them_open_the_unlabeled(self) -> None:
        """I10: fail closed."""
        assert RecordCategory.UNLABELED in carried(REQUESTABLE)
        for left_out in REQUESTABLE:
            assert RecordCategory.UNLABELED not in carried(
                each for each in REQUESTABLE if each is not left_out
            )

    def test_are_named_in_the_order_of_the_list(self) -> None:
        assert words_of([RecordCategory.MEDS, RecordCategory.EXAM]) == "健康体检报告、用药与过敏"

    def test_one_does_not_share_with_oneself(self) -> None:
        assert Purpose.SELF not in SHAREABLE
        assert Purpose.EMERGENCY not in SHAREABLE


ALLOWED = {
    (ConsentStatus.REQUESTED, ConsentEvent.GRANT),
    (ConsentStatus.REQUESTED, ConsentEvent.DENY),
    (ConsentStatus.REQUESTED, ConsentEvent.LAPSE),
    (ConsentStatus.GRANTED, ConsentEvent.WITHDRAW),
    (ConsentStatus.GRANTED, ConsentEvent.EXPIRE),
    (ConsentStatus.GRANTED, ConsentEvent.SUPERSEDE),
}


@pytest.mark.parametrize(("status", "event"), list(product(ConsentStatus, ConsentEvent)))
def test_no_move_but_those_listed(status: ConsentStatus, event: ConsentEvent) -> None:
    if (status, event) in ALLOWED:
        assert MOVES.after(status, event) in ConsentStatus
    else:
        with pytest.raises(IllegalMove):
            MOVES.after(status, event)
