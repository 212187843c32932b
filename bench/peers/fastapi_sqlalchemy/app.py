"""The same list as FastAPI and SQLAlchemy's ORM are documented to be used: dependencies, mapped classes, response models."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import JSON, ForeignKey, exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

from bench.peers.wording import IDLE, PAGE, POLICY, lines_of, local, said

engine = create_async_engine(os.environ["PEER_DATABASE"], pool_size=10, max_overflow=0)
sessions = async_sessionmaker(engine, expire_on_commit=False)
policy: dict[str, int] = {}


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    status: Mapped[str]


class SignIn(Base):
    __tablename__ = "session"
    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    token_hash: Mapped[str]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    account: Mapped[Account] = relationship()


class Resident(Base):
    __tablename__ = "resident"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    birth_date: Mapped[date]


class ProxyGrant(Base):
    __tablename__ = "proxy_grant"
    id: Mapped[int] = mapped_column(primary_key=True)
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    proxy_id: Mapped[int]
    status: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]


class GrantScope(Base):
    __tablename__ = "proxy_grant_scope"
    id: Mapped[int] = mapped_column(primary_key=True)
    grant_id: Mapped[int]
    scope: Mapped[str]


class Institution(Base):
    __tablename__ = "institution"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    name: Mapped[str]


class Objection(Base):
    __tablename__ = "entry_objection"
    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[int] = mapped_column(ForeignKey("record_entry.id"))
    text: Mapped[str]
    created_at: Mapped[datetime]


class Entry(Base):
    __tablename__ = "record_entry"
    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str]
    resident_id: Mapped[int] = mapped_column(ForeignKey("resident.id"))
    category: Mapped[str]
    kind: Mapped[str]
    code: Mapped[str]
    effective_at: Mapped[datetime]
    body: Mapped[Any] = mapped_column(JSON)
    version: Mapped[int]
    is_current: Mapped[bool]
    reason: Mapped[str | None]
    source_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    source: Mapped[Institution] = relationship()
    author: Mapped[Account] = relationship()
    objections: Mapped[list[Objection]] = relationship(lazy="selectin")


class Access(Base):
    __tablename__ = "peer_access"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]
    account_id: Mapped[int]
    resident_id: Mapped[int]
    categories: Mapped[str]
    entries: Mapped[int]


class ObjectionOut(BaseModel):
    text: str
    at: str


class EntryOut(BaseModel):
    uid: str
    category: str
    category_words: str
    kind: str
    code: str
    title: str
    words: str
    sign: str
    verdict: str
    body: dict[str, Any]
    effective_at: str
    source: str
    source_uid: str
    author: str
    version: int
    is_current: bool
    reason: str | None
    objections: list[ObjectionOut]


class PageOut(BaseModel):
    items: list[EntryOut]
    next: str | None


async def database() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


Database = Annotated[AsyncSession, Depends(database)]


async def signed_in(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())], session: Database
) -> Account:
    digest = sha256(credentials.credentials.encode()).hexdigest()
    query = select(SignIn).where(SignIn.token_hash == digest).options(joinedload(SignIn.account))
    found = (await session.execute(query)).scalar_one_or_none()
    now = datetime.now(UTC).replace(tzinfo=None)
    if found is None or found.revoked_at or now >= min(found.expires_at, found.last_seen_at + IDLE):
        raise HTTPException(401)
    if found.account.status != "active":
        raise HTTPException(401)
    return found.account


async def resident_of(
    resident_uid: str, account: Annotated[Account, Depends(signed_in)], session: Database
) -> Resident:
    now = datetime.now(UTC).replace(tzinfo=None)
    granted = (
        exists()
        .where(ProxyGrant.resident_id == Resident.id, ProxyGrant.proxy_id == account.id)
        .where(ProxyGrant.status == "active", ProxyGrant.starts_at <= now)
        .where((ProxyGrant.ends_at.is_(None)) | (ProxyGrant.ends_at > now))
        .where(GrantScope.grant_id == ProxyGrant.id, GrantScope.scope == "record")
    )
    found = (
        await session.execute(select(Resident).where(Resident.uid == resident_uid, granted))
    ).scalar_one_or_none()
    if found is None:
        raise HTTPException(404)
    return found


@asynccontextmanager
async def up(_: FastAPI) -> AsyncIterator[None]:
    async with engine.connect() as connection:
        policy.update((await connection.execute(text(POLICY))).all())
    yield


app = FastAPI(lifespan=up)


@app.get("/residents/{resident_uid}/record/entries")
async def entries(
    resident: Annotated[Resident, Depends(resident_of)],
    account: Annotated[Account, Depends(signed_in)],
    session: Database,
) -> PageOut:
    query = (
        select(Entry)
        .where(Entry.resident_id == resident.id, Entry.is_current)
        .order_by(Entry.effective_at.desc(), Entry.id.desc())
        .limit(PAGE)
        .options(joinedload(Entry.source), joinedload(Entry.author))
    )
    rows = (await session.execute(query)).scalars().all()
    lines = lines_of(policy, resident.birth_date)
    page = PageOut(
        items=[
            EntryOut(
                uid=row.uid,
                category=row.category,
                kind=row.kind,
                code=row.code,
                body=row.body,
                effective_at=local(row.effective_at),
                source=row.source.name,
                source_uid=row.source.uid,
                author=row.author.name,
                version=row.version,
                is_current=row.is_current,
                reason=row.reason,
                objections=[
                    ObjectionOut(text=each.text, at=local(each.created_at)) for each in row.objections
                ],
                **said(row.category, row.kind, row.code, row.body, lines),
            )
            for row in rows
        ],
        next=None,
    )
    session.add(
        Access(
            created_at=datetime.now(UTC).replace(tzinfo=None),
            account_id=account.id,
            resident_id=resident.id,
            categories=",".join(sorted({row.category for row in rows})),
            entries=len(rows),
        )
    )
    await session.commit()
    return page
