"""The tables that the list needs, as they are."""

from django.db import models


class Account(models.Model):
    name = models.CharField(max_length=64)
    status = models.CharField(max_length=16)

    class Meta:
        db_table, managed = "account", False


class SignIn(models.Model):
    account = models.ForeignKey(Account, models.CASCADE)
    token_hash = models.CharField(max_length=64, unique=True)
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table, managed = "session", False


class Resident(models.Model):
    uid = models.CharField(max_length=26, unique=True)
    birth_date = models.DateField()

    class Meta:
        db_table, managed = "resident", False


class ProxyGrant(models.Model):
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="grants")
    proxy = models.ForeignKey(Account, models.CASCADE)
    status = models.CharField(max_length=16)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table, managed = "proxy_grant", False


class GrantScope(models.Model):
    grant = models.ForeignKey(ProxyGrant, models.CASCADE, related_name="scopes")
    scope = models.CharField(max_length=32)

    class Meta:
        db_table, managed = "proxy_grant_scope", False


class Institution(models.Model):
    uid = models.CharField(max_length=26)
    name = models.CharField(max_length=100)

    class Meta:
        db_table, managed = "institution", False


class Entry(models.Model):
    uid = models.CharField(max_length=26, unique=True)
    resident = models.ForeignKey(Resident, models.CASCADE)
    category = models.CharField(max_length=32)
    kind = models.CharField(max_length=32)
    code = models.CharField(max_length=32)
    effective_at = models.DateTimeField()
    body = models.JSONField()
    version = models.IntegerField()
    is_current = models.BooleanField()
    reason = models.CharField(max_length=200, null=True)
    source = models.ForeignKey(Institution, models.CASCADE)
    author = models.ForeignKey(Account, models.CASCADE)

    class Meta:
        db_table, managed = "record_entry", False


class Objection(models.Model):
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="objections")
    text = models.CharField(max_length=500)
    created_at = models.DateTimeField()

    class Meta:
        db_table, managed = "entry_objection", False


class Access(models.Model):
    created_at = models.DateTimeField()
    account_id = models.BigIntegerField()
    resident_id = models.BigIntegerField()
    categories = models.CharField(max_length=255)
    entries = models.IntegerField()

    class Meta:
        db_table, managed = "peer_access", False
