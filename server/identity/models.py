"""Accounts, how they sign in, and what they may be."""

from tortoise import fields

from server.alliance.models import Institution
from server.authority.permissions import Role
from server.identity.rules import AccountStatus, Engagement, Revocation, SessionKind
from server.kit.sealed_columns import SealedColumn, sealed_number
from server.kit.tables import Table, TokenField, UtcDatetimeField, belongs_to, word

DIGEST = 64  # hexadecimal SHA-256
PHONE = "account.phone"


class Account(Table):
    name = fields.CharField(max_length=64)
    phone_sealed = fields.BinaryField(null=True)  # place "account.phone|<uid>"
    phone_index = TokenField(
        max_length=DIGEST + 16, null=True
    )  # a contact, never proof of family (T8): not unique
    status = word(AccountStatus, max_length=16, default=AccountStatus.ACTIVE)
    closed_at = UtcDatetimeField(null=True)
    closed_reason = fields.CharField(max_length=200, null=True)
    # Roles prepared in the console move to the account of the person's own WeChat when they bind it.
    successor: "fields.ForeignKeyNullableRelation[Account]" = belongs_to("care.Account", null=True)

    class Meta:
        table = "account"
        indexes = (("phone_index",),)


class WechatIdentity(Table):
    """Never leaves the server: who holds an openid can be written to and recognised."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    appid = TokenField(max_length=32)
    openid = TokenField(max_length=64)
    unionid = TokenField(max_length=64, null=True)

    class Meta:
        table = "wechat_identity"
        unique_together = (("appid", "openid"),)
        indexes = (("account_id",),)


class RoleGrant(Table):
    """A role at an institution for a time; the end is exclusive. One account may hold many (多点执业)."""

    account_id: int
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    institution_id: int | None
    institution: fields.ForeignKeyNullableRelation[Institution] = belongs_to("care.Institution", null=True)
    role = word(Role)
    starts_at = UtcDatetimeField()
    ends_at = UtcDatetimeField(null=True)
    granted_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    ended_reason = fields.CharField(max_length=200, null=True)
    # In which capacity somebody works there: a second registration, lent, or living in; None: their own house (A24).
    engagement = word(Engagement, null=True)
    registration_number = fields.CharField(max_length=40, null=True)  # of the registration at this place
    # The first day on which that registration no longer holds: nobody is assigned there from then on.
    registration_ends_on = fields.DateField(null=True)
    note = fields.CharField(max_length=200, null=True)  # what it was begun or prolonged for
    # The nearest notices that were sent: before the end of the role, and before that of the registration.
    reminded_days = fields.SmallIntField(null=True)
    registration_reminded_days = fields.SmallIntField(null=True)

    class Meta:
        table = "role_grant"
        indexes = (
            ("account_id", "starts_at"),
            ("institution_id", "created_at"),
            ("registration_ends_on",),
            ("ends_at",),
        )


class Device(Table):
    """One installation of the mini-program, as far as one account uses it. Staff work only on approved ones."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    secret_hash = TokenField(max_length=DIGEST)  # of the id that the server issued to the installation
    label = fields.CharField(max_length=80)
    approved_at = UtcDatetimeField(null=True)
    approved_by: fields.ForeignKeyNullableRelation[Account] = belongs_to("care.Account", null=True)
    withdrawn_at = UtcDatetimeField(null=True)  # lost, stolen, handed on: staff work there no more

    class Meta:
        table = "device"
        unique_together = (("account_id", "secret_hash"),)
        indexes = (("secret_hash",),)


class Session(Table):
    """SQL is the truth about who is signed in: a revocation acts on the next request in every process."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    kind = word(SessionKind, max_length=16)
    token_hash = TokenField(max_length=DIGEST, unique=True)
    device: fields.ForeignKeyNullableRelation[Device] = belongs_to("care.Device", null=True)
    label = fields.CharField(max_length=80)  # "Windows 上的 Chrome": for the person's own list
    last_seen_at = UtcDatetimeField()
    expires_at = UtcDatetimeField()  # absolute; the idle limit follows from kind and last_seen_at
    revoked_at = UtcDatetimeField(null=True)
    revoked_reason = word(Revocation, null=True)
    proved_at = UtcDatetimeField(
        null=True
    )  # when a one-time code was last given besides signing in (step-up)

    class Meta:
        table = "session"
        indexes = (("account_id", "created_at"), ("device_id",), ("expires_at",))


class ConsoleCredential(Table):
    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    login = TokenField(max_length=32, unique=True)
    password_hash = fields.CharField(max_length=160)  # argon2id, with its parameters and salt
    password_changed_at = UtcDatetimeField(null=True)  # None: still the first password, made by the server
    totp_sealed = fields.BinaryField()  # place: `totp_place`
    last_totp_step = fields.BigIntField(default=0)  # a one-time code, and every older one, works once

    class Meta:
        table = "console_credential"
        unique_together = (("account",),)


class StaffBindCode(Table):
    """Handed over in person: ties somebody's WeChat to the roles that were prepared for them."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    code_index = TokenField(max_length=DIGEST + 16, unique=True)  # keyed: eight characters can be tried out
    issued_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    expires_at = UtcDatetimeField()
    used_at = UtcDatetimeField(null=True)

    class Meta:
        table = "staff_bind_code"
        indexes = (("account_id", "expires_at"),)


class SignInAttempts(Table):
    """Tries at one login or one bind code, counted alike whether or not that login exists."""

    subject_hash = TokenField(max_length=DIGEST, unique=True)
    tries = fields.SmallIntField()
    window_ends_at = UtcDatetimeField()

    class Meta:
        table = "sign_in_attempts"
        indexes = (("window_ends_at",),)


class SavedView(Table):
    """A list of the console with its filters, under a name of somebody's own. Words and uids only, never names."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    path = TokenField(max_length=80)  # "/admin/visits"
    title = fields.CharField(max_length=30)
    query = TokenField(max_length=400)  # as after the question mark, without the cursor

    class Meta:
        table = "saved_view"
        unique_together = (("account", "path", "title"),)


class TrainingRecord(Table):
    """One course or certificate of a member of staff; a new one is a new row (浙江方案: 持证上岗)."""

    account: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    account_id: int
    institution: fields.ForeignKeyRelation[Institution] = belongs_to("care.Institution")
    institution_id: int
    title = fields.CharField(max_length=60)
    certificate_number = fields.CharField(max_length=40, default="")
    completed_on = fields.DateField()
    expires_on = fields.DateField(
        null=True
    )  # the first day on which it no longer holds; None: it does not expire
    recorded_by: fields.ForeignKeyRelation[Account] = belongs_to("care.Account")
    recorded_by_id: int
    struck_out_at = UtcDatetimeField(null=True)  # entered in error
    # Which course of `server.training` it certifies, and in which version; NULL: something of one's own.
    course = TokenField(max_length=32, null=True)
    course_version = fields.SmallIntField(null=True)
    # The attendance that it was written for: one certificate each. NULL: it came on paper.
    attendance_uid = TokenField(max_length=26, null=True, unique=True)
    reminded_days = fields.SmallIntField(null=True)  # the nearest notice before it runs out that was sent

    class Meta:
        table = "training_record"
        indexes = (
            ("institution", "expires_on"),
            ("account", "completed_on"),
            ("recorded_by",),
            ("expires_on",),
            ("account", "course"),
        )


def totp_place(credential_uid: str) -> str:
    return f"console_credential.totp|{credential_uid}"


SEALED = (
    sealed_number(Account, "phone", PHONE),
    SealedColumn(ConsoleCredential, "totp_sealed", lambda row: totp_place(row.uid)),
)
