"""Pushes from the simulated platform to a callback of ours, in every form, and the ones that are refused."""

import base64
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from server.wechat.push import PushMessage, PushReceiver, PushRefused, Reason, read
from server.wechat.simulator.config import Config
from server.wechat.simulator.crypto import signed
from server.wechat.simulator.pushes import Manner
from server.wechat.simulator.server import Simulator
from server.wechat.simulator.wire import HttpServer, Reply, Request

CONFIG = Config()


@dataclass
class Callback:
    """What server/app mounts at the callback address, as small as can be."""

    simulator: Simulator
    seen: set[str] = field(default_factory=set)
    messages: list[PushMessage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    failures: int = 0

    async def first_seen(self, signature: str, _ttl: int) -> bool:
        fresh = signature not in self.seen
        self.seen.add(signature)
        return fresh

    def receiver(self, *, production: bool = True) -> PushReceiver:
        return PushReceiver(
            CONFIG.push_token,
            CONFIG.push_key,
            CONFIG.appid,
            first_seen=self.first_seen,
            production=production,
        )

    async def answer(self, request: Request) -> Reply:
        if self.failures:
            self.failures -= 1
            return Reply(b"", 500)
        try:
            now = self.simulator.world.clock.now()
            self.messages.append(await self.receiver().open(request.query, request.body, now=now))
        except PushRefused as refused:
            self.refusals.append(refused.reason)
            return Reply(b"", 403)
        return Reply(b"success")

    async def push(self, event: str = "debug_demo", more: Any = None, **manner: Any) -> list[int]:
        pushed = await self.simulator.control(
            "push", persona="daughter", event=event, more=more or {}, manner=manner
        )
        statuses: list[int] = pushed["statuses"]
        return statuses


@pytest.fixture
async def callback() -> AsyncIterator[Callback]:
    async with Simulator(CONFIG) as simulator:
        callback = Callback(simulator)
        http = HttpServer(callback.answer)
        port = await http.start(0)
        await simulator.control("configure", push_url=f"http://127.0.0.1:{port}/wechat/push?v=1")
        yield callback
        await http.stop()


POPUP = "subscribe_msg_popup_event"


class TestForms:
    @pytest.mark.parametrize("form", ["json", "xml"])
    @pytest.mark.parametrize("mode", ["secure", "compatible"])
    @pytest.mark.parametrize("list_as", ["auto", "array"])
    @pytest.mark.parametrize("numbers", [False, True])
    async def test_all_give_the_same_message(
        self, callback: Callback, form: str, mode: str, list_as: str, *, numbers: bool
    ) -> None:
        entry = {"TemplateId": "tmpl_visit_report", "SubscribeStatusString": "accept", "PopupScene": 0}

        statuses = await callback.push(
            POPUP, {"List": [entry]}, format=form, mode=mode, list_as=list_as, numbers_as_strings=numbers
        )

        assert statuses == [200]
        (message,) = callback.messages
        assert (message.kind, message.event) == ("event", POPUP)
        assert message.payload["List"] == [entry]
        assert isinstance(message.payload["CreateTime"], int)
        assert message.openid == callback.simulator.world.people.named("daughter").openid
        assert message.openid not in repr(message)

    async def test_subscribing_pushes_an_event_by_itself(self, callback: Callback) -> None:
        await callback.simulator.control(
            "subscribe", persona="daughter", template="tmpl_visit_report", answer="reject", change=True
        )
        await callback.simulator.control("close_account", persona="daughter")
        await callback.simulator.control("events")  # waits for their delivery

        assert {message.event for message in callback.messages} == {
            "subscribe_msg_change_event",
            "user_authorization_cancellation",
        }

    async def test_a_failed_answer_is_followed_by_another_try(self, callback: Callback) -> None:
        callback.failures = 2

        assert await callback.push() == [500, 500, 200]
        assert len(callback.messages) == 1


class TestRefusals:
    @pytest.mark.parametrize(
        ("manner", "reason"),
        [
            ({"wrong_signature": True}, Reason.SIGNATURE),
            ({"stale": True}, Reason.STALE),
            ({"mode": "plain"}, Reason.PLAIN),
            ({"mode": "plain", "format": "xml"}, Reason.PLAIN),
        ],
    )
    async def test_in_production(self, callback: Callback, manner: dict[str, Any], reason: Reason) -> None:
        assert await callback.push(**manner) == [403] * 4

        assert set(callback.refusals) == {reason}
        assert callback.messages == []

    async def test_a_recorded_push_is_not_believed_twice(self, callback: Callback) -> None:
        envelope, now = recorded(callback)
        await callback.receiver().open(envelope.query, envelope.body, now=now)

        with pytest.raises(PushRefused) as caught:
            await callback.receiver().open(envelope.query, envelope.body, now=now + 299)
        assert caught.value.reason is Reason.REPLAYED
        with pytest.raises(PushRefused) as caught:
            await callback.receiver().open(envelope.query, envelope.body, now=now + 302)
        assert caught.value.reason is Reason.STALE

    async def test_a_refused_push_does_not_use_up_its_signature(self, callback: Callback) -> None:
        """Else a stranger could keep genuine messages out by sending their signatures first."""
        envelope, now = recorded(callback)
        with pytest.raises(PushRefused):
            await callback.receiver().open({**envelope.query, "nonce": "other"}, envelope.body, now=now)

        message = await callback.receiver().open(envelope.query, envelope.body, now=now)
        assert message.event == "debug_demo"

    @pytest.mark.parametrize("missing", ["msg_signature", "timestamp", "nonce"])
    async def test_what_is_not_signed_at_all(self, callback: Callback, missing: str) -> None:
        envelope, now = recorded(callback)
        query = {key: value for key, value in envelope.query.items() if key != missing}

        with pytest.raises(PushRefused) as caught:
            await callback.receiver().open(query, envelope.body, now=now)
        assert caught.value.reason is Reason.UNSIGNED

    async def test_strange_signatures(self, callback: Callback) -> None:
        envelope, now = recorded(callback)
        for strange in ("é", "\ud800", "0" * 40, envelope.query["signature"]):
            with pytest.raises(PushRefused) as caught:
                await callback.receiver().open(
                    {**envelope.query, "msg_signature": strange}, envelope.body, now=now
                )
            assert caught.value.reason is Reason.SIGNATURE

    @pytest.mark.parametrize("padding", [b"\x00", b"\x21" * 33, b"\x01\x03", b"\x20", b""])
    async def test_padding_is_not_believed(self, callback: Callback, padding: bytes) -> None:
        message = b'{"MsgType":"event","FromUserName":"oA"}'
        plain = b"n" * 16 + len(message).to_bytes(4, "big") + message + CONFIG.appid.encode()
        plain += b"\x07" * (-(len(plain) + len(padding)) % 16) + padding
        await self.refused(callback, plain, Reason.PADDING)

    async def test_another_mini_programs_message(self, callback: Callback) -> None:
        message = b'{"MsgType":"event","FromUserName":"oA"}'
        plain = b"n" * 16 + len(message).to_bytes(4, "big") + message + b"wx0000000000000000"
        await self.refused(callback, padded(plain), Reason.APPID)

    async def test_a_length_beyond_the_end(self, callback: Callback) -> None:
        await self.refused(callback, padded(b"n" * 16 + b"\xff\xff\xff\xff" + b"{}"), Reason.PADDING)

    @staticmethod
    async def refused(callback: Callback, plain: bytes, reason: Reason) -> None:
        """Signed rightly: whoever knows the token but not the key."""
        key = base64.b64decode(CONFIG.push_key + "=")
        encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
        sealed = base64.b64encode(encryptor.update(plain) + encryptor.finalize()).decode()
        query = {"timestamp": "1790000000", "nonce": "1"}
        query["msg_signature"] = signed(CONFIG.push_token, "1790000000", "1", sealed)

        with pytest.raises(PushRefused) as caught:
            await callback.receiver().open(query, json.dumps({"Encrypt": sealed}).encode(), now=1_790_000_000)
        assert caught.value.reason is reason

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"null",
            b"<xml>",
            b"<xml/>",
            b"<other/>",
            b'{"MsgType":"event"}',
            b'{"MsgType":{},"FromUserName":"oA"}',
            b'{"a":' + b"[" * 50_000,
            b'{"MsgType":"event","FromUserName":"oA","deep":' + b"[" * 900 + b"]" * 900 + b"}",
            b'<!DOCTYPE x [<!ENTITY a "aaaa">]><xml><MsgType>&a;</MsgType><FromUserName>o</FromUserName></xml>',
            b"\xff\xfe\x00",
        ],
    )
    async def test_rubbish(self, body: bytes) -> None:
        with pytest.raises(PushRefused, match=Reason.UNPARSABLE):
            read(body)

    async def test_a_quarter_of_a_megabyte_is_enough(self, callback: Callback) -> None:
        with pytest.raises(PushRefused, match=Reason.TOO_LARGE):
            await callback.receiver().open({}, b"{" * 256_001, now=0)


class TestDuplicates:
    async def test_the_same_event_has_the_same_key_in_both_formats(self, callback: Callback) -> None:
        event = callback.simulator.world.pushes.event("oA", "debug_demo")
        envelopes = [
            callback.simulator.world.pushes.envelope(event, Manner(format=form)) for form in ("json", "xml")
        ]
        now = callback.simulator.world.clock.now()

        keys = [(await callback.receiver().open(e.query, e.body, now=now)).dedup_key for e in envelopes]

        assert len(set(keys)) == 1
        assert "oA" not in keys[0]

    async def test_two_messages_reported_in_one_second_are_two(self) -> None:
        """The documented key of three fields would take the second for a repetition."""
        one, two = (
            read(
                json.dumps(
                    {
                        "FromUserName": "oA",
                        "CreateTime": 1,
                        "MsgType": "event",
                        "Event": "subscribe_msg_sent_event",
                        "List": {"MsgID": number, "ErrorCode": "0"},
                    }
                ).encode()
            )
            for number in (9007199254740993, 9007199254740994)
        )

        assert one.dedup_key != two.dedup_key
        assert one.payload["List"] == [{"MsgID": "9007199254740993", "ErrorCode": 0}]

    async def test_a_message_is_known_by_its_number(self) -> None:
        message = read(b'{"FromUserName":"oA","CreateTime":1,"MsgType":"text","MsgId":9007199254740993}')

        assert (message.kind, message.event, message.dedup_key) == ("text", "", "message:9007199254740993")


class TestVerification:
    def test_answers_the_echo(self, callback: Callback) -> None:
        signature = signed(CONFIG.push_token, "1790000000", "n")
        query = {"signature": signature, "timestamp": "1790000000", "nonce": "n", "echostr": "4375"}

        assert callback.receiver().verify(query, now=1_790_000_100) == "4375"
        for wrong, reason in (
            ({"signature": "0" * 40}, Reason.SIGNATURE),
            ({"timestamp": "soon"}, Reason.UNSIGNED),
            ({"echostr": "<script>"}, Reason.UNPARSABLE),
            ({"echostr": ""}, Reason.UNPARSABLE),
        ):
            with pytest.raises(PushRefused) as caught:
                callback.receiver().verify({**query, **wrong}, now=1_790_000_100)
            assert caught.value.reason is reason
        with pytest.raises(PushRefused) as caught:
            callback.receiver().verify(query, now=1_790_000_301)
        assert caught.value.reason is Reason.STALE

    @pytest.mark.parametrize(("token", "key"), [("", "A" * 43), ("t", "A" * 42), ("t", "!" * 43)])
    def test_wants_its_settings(self, token: str, key: str) -> None:
        with pytest.raises(ValueError, match="EncodingAESKey"):
            PushReceiver(token, key, "wx1", first_seen=None, production=True)  # type: ignore[arg-type]


def recorded(callback: Callback) -> Any:
    world = callback.simulator.world
    return world.pushes.envelope(world.pushes.event("oA", "debug_demo"), Manner()), world.clock.now()


def padded(plain: bytes) -> bytes:
    missing = 32 - len(plain) % 32
    return plain + bytes([missing]) * missing
