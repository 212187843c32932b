"""Appointments, and waiting for one."""

from collections.abc import Mapping

from server.authority.permissions import Permission
from server.notifications.templates.kinds import Template

P = Permission

_APPOINTMENT = "pages/booking/appointment?uid={uid}"
_WAITLIST = "pages/booking/waitlist"
_OFFER = "pages/booking/offer?uid={uid}"


def _booking(title: str, sentence: str, **more: object) -> Template:
    return Template(title, sentence, _APPOINTMENT, permission=P.APPOINTMENT_READ, **more)  # type: ignore[arg-type]


def _waiting(title: str, sentence: str) -> Template:
    return Template(title, sentence, _WAITLIST, permission=P.APPOINTMENT_READ)


TEMPLATES: Mapping[str, tuple[Template, ...]] = {
    "booking.booked": (
        _booking(
            "预约好了", "{resident}在{institution}{department}的号已约好：{when}。请带好证件，提前半小时到。",
            wechat="tmpl_appointment_booked", hint="请带好证件提前半小时到",
        ),
    ),
    "booking.cancelled": (
        _booking(
            "预约取消了", "{resident}在{institution}{department}{when}的号已取消。需要的话，请点开重新预约。",
            wechat="tmpl_appointment_cancelled", hint="请点开查看或重新预约", urgent=True, critical=True,
        ),
    ),
    "booking.rescheduled": (
        _booking(
            "预约改期了", "{resident}在{institution}{department}的号改到了{when}，请留意新的时间。",
            wechat="tmpl_appointment_booked", hint="时间有变，请按新时间到", critical=True,
        ),
    ),
    "booking.reminder": (
        _booking(
            "就诊提醒", "{resident}{when}要去{institution}{department}看病，请提前准备好证件和药单。",
            wechat="tmpl_appointment_reminder", hint="请带好证件和药单", critical=True,
        ),
    ),
    "booking.offered": (
        Template(
            "等到号了", "{resident}等的{institution}{department}有号了：{when}。请在{until}前点开确认，过时会让给下一位。",
            _OFFER, permission=P.APPOINTMENT_BOOK, wechat="tmpl_waitlist_offer", urgent=True, critical=True,
        ),
    ),
    "booking.offer_lapsed": (
        Template(
            "这次的号已让出", "{resident}等到的号没有按时确认，已让给下一位。还在排队，有号了再告诉您。",
            _WAITLIST, permission=P.APPOINTMENT_BOOK,
        ),
    ),
    "booking.noshow": (
        _booking("没有等到您来", "{resident}{when}的号没有到诊。还需要看病的话，请点开重新预约。"),
    ),
    "booking.hold_lapsed": (
        _booking("保留的号已放回", "为{resident}保留的{institution}{department}的号没有按时确认，已经放回。需要的话，请点开重新预约。"),
    ),
    "booking.entered_in_error": (
        _booking("一条预约已更正", "{resident}在{institution}{department}{when}的预约是登记错的，已经更正，不算爽约。有疑问请点开查看。"),
    ),
    "booking.waiting": (
        _waiting("登记好了，等别人退号", "{resident}在等{institution}{department}的号。有号了会马上告诉您，不用一直守着手机。"),
    ),
    "booking.left_waitlist": (
        _waiting("不再等号了", "{resident}不再等{institution}{department}的号。以后还需要，可以点开重新登记。"),
    ),
    "booking.offer_declined": (
        _waiting("这次的号已让出", "您没有要{institution}{department}{when}的号，已让给下一位。{resident}还在排队，有号了再告诉您。"),
    ),
    "booking.waitlist_ended": (
        _waiting("没有等到号", "{resident}等的{institution}{department}一直没有人退号，想等的日期已经过了。请点开换几天再登记，或拨打 96345 请人帮忙。"),
    ),
}  # fmt: skip
