"""Why a place is refused, and what to do next."""

from server.kit.errors import DomainError, Kind


class SlotFull(DomainError):
    code = "booking.slot_full"
    kind = Kind.CONFLICT
    message = "这个时段已经约满。可以换一个时段，或点“等别人退号”，有人退号时我们会马上通知您。"


class SlotClosed(DomainError):
    code = "booking.slot_closed"
    kind = Kind.CONFLICT
    message = "这个时段已停止预约。请选择别的时段。"


class TooLate(DomainError):
    """The closing minute before the start has passed."""

    code = "booking.too_late"
    kind = Kind.CONFLICT
    message = "这个时段快要开始了，不能再在网上办理。请选择别的时段，或直接到医院服务台。"


class GreenSeatsReserved(DomainError):
    """I26: green seats are for residents of homes with an agreement in force until they are released."""

    code = "booking.green_seats_reserved"
    kind = Kind.CONFLICT
    message = (
        "这个号留给和这家医院签了约的养老院的老人。请选别的时间，"
        "或请住的养老院和医院签约；看病前没有约完的，谁都可以约。"
    )


class AlreadyBooked(DomainError):
    code = "booking.already_booked"
    kind = Kind.CONFLICT
    message = "这位长者已经约好了这个时段，不用重复预约。可以在“约好的号”里查看。"


class AlreadyHeld(DomainError):
    code = "booking.already_held"
    kind = Kind.CONFLICT
    message = "这个时段已为这位长者保留，还没有确认。请在“约好的号”里点开它，再点“要，就约这个号”。"


class Overlapping(DomainError):
    """I24: two live appointments of one resident may not overlap."""

    code = "booking.overlapping"
    kind = Kind.CONFLICT
    message = "这位长者在同一时间已有另一个预约。请先改期或取消那一个，再约这个时段。"


class TooManyOpen(DomainError):
    code = "booking.too_many_open"
    kind = Kind.CONFLICT
    message = "这位长者还没去的预约已到上限。请先就诊或取消一个，再约新的。"


class HoldLapsed(DomainError):
    code = "booking.hold_lapsed"
    kind = Kind.CONFLICT
    message = "为您保留的时间已过，号源已放回。请重新选择时段。"


class OfferLapsed(DomainError):
    code = "booking.offer_lapsed"
    kind = Kind.CONFLICT
    message = "这个号的确认时间过了，已经让给下一位。您还在排队，有号了再告诉您。"


class AlreadyWaiting(DomainError):
    code = "booking.already_waiting"
    kind = Kind.CONFLICT
    message = "这位长者已经在等这个科室的号，不用再登记。排到哪了，可以在“等别人退号”里看。"


class WrongStatus(DomainError):
    """The appointment has moved on since the page was loaded."""

    code = "booking.wrong_status"
    kind = Kind.CONFLICT
    message = "这个预约的状态已经变化，这一步现在不能做了。请刷新后查看最新情况。"


class SamePersonTwice(DomainError):
    code = "booking.same_person_twice"
    kind = Kind.CONFLICT
    message = "登记有误需要两个人：请另一位同事核对后确认。"


class WishMissing(DomainError):
    """A place may be kept before it is said what for, but not booked."""

    code = "booking.wish_missing"
    kind = Kind.CONFLICT
    message = "还没有说去看什么。请先点一个，或者写一句，医生好准备。"


class ReasonMissing(DomainError):
    code = "booking.reason_missing"
    kind = Kind.INVALID
    message = "请写明原因，方便家人了解和日后查对。"


class ScheduleInvalid(DomainError):
    code = "booking.schedule_invalid"
    kind = Kind.INVALID
    message = "排班填写不对：结束要晚于开始，时长要能排下至少一个时段，绿色号源不能多于总号源。"


class NotTheDay(DomainError):
    code = "booking.not_the_day"
    kind = Kind.CONFLICT
    message = "到诊只能在就诊当天登记。请核对预约日期；来早了或来晚了，请帮长者改约。"


class NoSuchCode(DomainError):
    code = "booking.no_such_code"
    kind = Kind.NOT_FOUND
    message = "没有查到这个到诊码。请核对后再输一次，或在当天名单里按姓名查找。"


class WindowInvalid(DomainError):
    code = "booking.window_invalid"
    kind = Kind.INVALID
    message = "等号的日期填写不对：结束日不能早于开始日，也不能已经过去。"


class ClosedAlready(DomainError):
    code = "booking.closed_already"
    kind = Kind.CONFLICT
    message = "这个科室当天已经登记停诊，不用重复登记。"


class HoursOverlap(DomainError):
    """Two weekly hours of one department at the same time: seats are counted once, in one of them."""

    code = "booking.hours_overlap"
    kind = Kind.CONFLICT
    message = "这个科室在这段时间已经有排班。请先修改或停用原来的排班，再保存。"


class NothingToCopy(DomainError):
    code = "booking.nothing_to_copy"
    kind = Kind.CONFLICT
    message = "没有可以复制的排班。请先给来源科室或这一天排班，并选好复制到哪里。"


class NotArrived(DomainError):
    """Only who has come can be called."""

    code = "booking.not_arrived"
    kind = Kind.CONFLICT
    message = "这位长者不在候诊，不能叫号。请刷新后查看最新情况。"


class NobodyWaiting(DomainError):
    code = "booking.nobody_waiting"
    kind = Kind.CONFLICT
    message = "这个科室现在没有等着叫号的长者。到了的长者登记到诊以后，就会排进来。"


class CallPassed(DomainError):
    code = "booking.call_passed"
    kind = Kind.CONFLICT
    message = "叫号已过了可以撤回的时间，或已经撤回。长者不在的话，可以再叫一次。"


class TripInvalid(DomainError):
    code = "booking.trip_invalid"
    kind = Kind.INVALID
    message = (
        "组团名单填写不对：同一位长者只能选一次，同去的长者要住在同一家养老院，就诊时间要在所选的半天里。"
    )


class BusFull(DomainError):
    code = "booking.bus_full"
    kind = Kind.CONFLICT
    message = "车上坐不下这么多位长者。请减少人数，或换一辆大车再排。"


class TooFewCompanions(DomainError):
    code = "booking.too_few_companions"
    kind = Kind.CONFLICT
    message = "陪同的人不够照看车上这么多位长者。请再请一位陪同，或减少人数。"


class TripNotBooked(DomainError):
    """All or none: the sentence says whose seat it was."""

    code = "booking.trip_not_booked"
    kind = Kind.CONFLICT
    message = "有一位长者的号没有约成，所以全车都没有约。请返回重新找一次号。"


class TripOver(DomainError):
    """The trip was cancelled, or has begun."""

    code = "booking.trip_over"
    kind = Kind.CONFLICT
    message = "这趟车已经取消，或者已经开始就诊，不能再改了。个别长者要改，请在“长者的预约”里办理。"


class NoSeatThatHalfDay(DomainError):
    code = "booking.no_seat_that_half_day"
    kind = Kind.CONFLICT
    message = "这半天这个科室没有这位长者能约的号了。请换一个科室，或单独为这位长者约别的时间。"
