"""Figures that the platform's pages and other libraries publish, against the simulator's crypto and ours.

Numbered as in the facts: 1-4 and 8 are the platform's own examples, 9 is WxJava's.
"""

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from wechatpy.crypto import PrpCrypto, WeChatWxaCrypto
from wechatpy.utils import check_wxa_signature

from server.wechat.push import PushReceiver, PushRefused, Reason
from server.wechat.simulator import crypto

APPID = "wxba5fad812f8e6fb9"
KEY = "A" * 43
TOKEN = "AAAAA"
SEALED = (
    "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsX"
    "UnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajA"
    "sjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04="
)
PUSH = {
    "timestamp": "1714112445",
    "nonce": "415670741",
    "msg_signature": "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3",
    "signature": "6c5c811b55cc85e0e1b54100749188c20beb3f5d",
}
OPENDATA = (
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdbB+3hVbJSRgv+4l"
    "GOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1zAo6/1Xx1COxFvrc2d7UL/lmHInN"
    "lxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQaQx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/"
    "r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLIVWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7Xjf"
    "hQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsyl7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew=="
)


async def always(_signature: str, _ttl: int) -> bool:
    return True


def receiver(
    token: str = TOKEN, key: str = KEY, appid: str = APPID, *, production: bool = True
) -> PushReceiver:
    return PushReceiver(token, key, appid, first_seen=always, production=production)


class Noiseless(PrpCrypto):  # type: ignore[misc]
    """wechatpy's encryption with the vector's sixteen bytes instead of random ones."""

    noise = ""

    def get_random_string(self) -> str:
        return self.noise


def wechatpy_encrypted(key: str, message: str, appid: str, noise: str) -> str:
    cipher = Noiseless(base64.b64decode(key + "="))
    cipher.noise = noise
    return str(cipher.encrypt(message, appid).decode())


def test_1_address_verification() -> None:
    query = {"timestamp": "1714036504", "nonce": "1514711492", "echostr": "4375120948345356249"}
    signature = "f464b24fc39322e44b38aa78f5edd27bd1441696"

    assert crypto.signed(TOKEN, query["timestamp"], query["nonce"]) == signature
    assert receiver().verify({**query, "signature": signature}, now=1714036504) == "4375120948345356249"


async def test_2_plain_push() -> None:
    signature = "899cf89e464efb63f54ddac96b0a0a235f53aa78"
    query = {"timestamp": "1714037059", "nonce": "486452656", "signature": signature}
    body = b'{"FromUserName":"oA","MsgType":"event","Event":"debug_demo","CreateTime":1714037059}'

    assert crypto.signed(TOKEN, query["timestamp"], query["nonce"]) == signature
    message = await receiver(production=False).open(query, body, now=1714037059)
    assert message.event == "debug_demo"


async def test_3_secure_push() -> None:
    assert crypto.signed(TOKEN, PUSH["timestamp"], PUSH["nonce"], SEALED) == PUSH["msg_signature"]
    text, appid = crypto.decrypted(KEY, SEALED)
    assert (json.loads(text)["debug_str"], appid) == ("hello world", APPID)

    body = json.dumps({"ToUserName": "gh_97417a04a28d", "Encrypt": SEALED}).encode()
    message = await receiver().open(PUSH, body, now=1714112445)

    assert (message.event, message.payload["debug_str"]) == ("debug_demo", "hello world")


async def test_3_its_plain_signature_fits_any_body_and_proves_nothing() -> None:
    forged = b'{"FromUserName":"oA","MsgType":"event","Event":"forged","CreateTime":1}'
    without = {key: value for key, value in PUSH.items() if key != "msg_signature"}
    assert crypto.signed(TOKEN, PUSH["timestamp"], PUSH["nonce"]) == PUSH["signature"]

    with pytest.raises(PushRefused) as caught:
        await receiver().open(without, forged, now=1714112445)
    assert caught.value.reason is Reason.PLAIN
    with pytest.raises(PushRefused) as caught:
        await receiver().open(without, json.dumps({"Encrypt": SEALED}).encode(), now=1714112445)
    assert caught.value.reason is Reason.UNSIGNED


def test_4_reply() -> None:
    message, noise = '{"demo_resp":"good luck"}', "707722b803182950"
    sealed = "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ=="

    assert crypto.encrypted(KEY, message.encode(), APPID, noise.encode()) == sealed
    assert wechatpy_encrypted(KEY, message, APPID, noise) == sealed
    signature = "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1"
    assert crypto.signed(TOKEN, "1713424427", "415670741", sealed) == signature
    assert receiver()._unsealed(sealed) == message.encode()


def test_5_raw_data() -> None:
    profile: dict[str, Any] = {
        "nickName": "Band",
        "gender": 1,
        "language": "zh_CN",
        "city": "Guangzhou",
        "province": "Guangdong",
        "country": "CN",
        "avatarUrl": "http://wx.qlogo.cn/mmopen/vi_32/1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6n"
        "IGBiaycAjAtpujxyzYsrztuuICqIM5ibXQ/0",
    }
    raw = json.dumps(profile, separators=(",", ":"))

    check_wxa_signature("HyVFkGl5F5OQWJZZaNzBBg==", raw, "75e81ceda165f4ffa64f4068af58c64b8f54b88c")


def test_6_certificate_hash() -> None:
    parts = {"cert_type": "IDENTITY_CARD", "cert_name": "张三", "cert_no": "310101199801011234"}
    joined = "&".join(f"{name}={base64.b64encode(value.encode()).decode()}" for name, value in parts.items())

    digest = "3c241f7ff324977aeb91f173bb2a7b06569e6fd784d5573db34a636d8671108b"
    assert hashlib.sha256(joined.encode()).hexdigest() == digest


def test_7_session_signature_is_keyed_with_the_text() -> None:
    key = "o0q0otL8aEzpcZL/FT9WsQ=="

    digest = "654571f79995b2ce1e149e53c0a33dc39c0a74090db514261454e8dbe432aa0b"
    assert hmac.new(key.encode(), b'{"foo":"bar"}', hashlib.sha256).hexdigest() == digest


def test_8_encrypted_data() -> None:
    opened = WeChatWxaCrypto("tiihtNczf5v6AKRyjwEUhQ==", "r7BXXKkLb8qrSNn05n0qiA==", "wx4f4bc4dec97d474b")
    data = opened.decrypt_message(OPENDATA)

    assert data["openId"] == "oGZUI0egBJY1zhBYw2KhdUfwVJJE"
    assert data["unionId"] == "ocMvos6NjeKLIBqg5Mr9QjxrP1FA"


def test_9_wxjava() -> None:
    key, appid = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6"
    message, noise = "我是中文abcd123", "aaaabbbbccccdddd"
    sealed = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="

    assert crypto.encrypted(key, message.encode(), appid, noise.encode()) == sealed
    assert wechatpy_encrypted(key, message, appid, noise) == sealed
    assert crypto.decrypted(key, sealed) == (message.encode(), appid)
    assert receiver("pamtest", key, appid)._unsealed(sealed).decode() == message
