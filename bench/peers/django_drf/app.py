"""The same list as Django and the REST framework are documented to be used: models, a serializer, a view with its classes."""

import os
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

parts = urlsplit(os.environ["PEER_DATABASE"])
settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.mysql",
            "HOST": parts.hostname,
            "PORT": parts.port,
            "USER": parts.username,
            "NAME": parts.path[1:],
            "CONN_MAX_AGE": None,
            "OPTIONS": {"charset": "utf8mb4", "isolation_level": "read committed"},
        }
    },
    INSTALLED_APPS=["rest_framework", "bench.peers.django_drf"],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.db.models import Q
from django.urls import path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.permissions import BasePermission
from rest_framework.response import Response

from bench.peers.django_drf.models import Access, Account, Entry, Objection, Resident, SignIn
from bench.peers.wording import IDLE, PAGE, POLICY, lines_of, local, said


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[Account, str] | None:
        word, _, token = get_authorization_header(request).decode().partition(" ")
        if word.lower() != "bearer" or not token:
            return None
        digest = sha256(token.encode()).hexdigest()
        found = SignIn.objects.select_related("account").filter(token_hash=digest).first()
        now = timezone.now()
        if found is None or found.revoked_at or now >= min(found.expires_at, found.last_seen_at + IDLE):
            raise AuthenticationFailed
        if found.account.status != "active":
            raise AuthenticationFailed
        return found.account, token


class IsSignedIn(BasePermission):
    def has_permission(self, request: Any, view: Any) -> bool:
        return isinstance(request.user, Account)


class ObjectionSerializer(serializers.ModelSerializer):
    at = serializers.SerializerMethodField()

    class Meta:
        model = Objection
        fields = ("text", "at")

    def get_at(self, row: Objection) -> str:
        return local(row.created_at)


class EntrySerializer(serializers.ModelSerializer):
    effective_at = serializers.SerializerMethodField()
    source = serializers.CharField(source="source.name")
    source_uid = serializers.CharField(source="source.uid")
    author = serializers.CharField(source="author.name")
    objections = ObjectionSerializer(many=True)

    class Meta:
        model = Entry
        fields = (
            "uid", "category", "kind", "code", "body", "effective_at", "source", "source_uid", "author", "version",
            "is_current", "reason", "objections",
        )  # fmt: skip

    def get_effective_at(self, row: Entry) -> str:
        return local(row.effective_at)

    def to_representation(self, row: Entry) -> dict[str, Any]:
        shown = super().to_representation(row)
        return {**shown, **said(row.category, row.kind, row.code, row.body, self.context["lines"])}


class EntriesView(ListAPIView):
    authentication_classes = (BearerAuthentication,)
    permission_classes = (IsSignedIn,)
    serializer_class = EntrySerializer

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        now = timezone.now()
        granted = Q(grants__proxy=request.user, grants__status="active", grants__starts_at__lte=now)
        running = Q(grants__ends_at=None) | Q(grants__ends_at__gt=now)
        mine = Resident.objects.filter(granted & running & Q(grants__scopes__scope="record"))
        resident = get_object_or_404(mine, uid=kwargs["resident_uid"])
        rows = list(
            Entry.objects.filter(resident=resident, is_current=True)
            .order_by("-effective_at", "-id")
            .select_related("source", "author")
            .prefetch_related("objections")[:PAGE]
        )
        context = {"lines": lines_of(policy(), resident.birth_date)}
        items = EntrySerializer(rows, many=True, context=context).data
        Access.objects.create(
            created_at=now,
            account_id=request.user.id,
            resident_id=resident.id,
            categories=",".join(sorted({row.category for row in rows})),
            entries=len(rows),
        )
        return Response({"items": items, "next": None})


_policy: dict[str, int] = {}


def policy() -> dict[str, int]:
    if not _policy:
        with connection.cursor() as cursor:
            cursor.execute(POLICY)
            _policy.update(cursor.fetchall())
    return _policy


urlpatterns = [path("residents/<str:resident_uid>/record/entries", EntriesView.as_view())]
application = get_wsgi_application()
