"""The platform's codes with the texts that have been observed."""

TEXTS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by "
    "getStableAccessToken, more details at https://mmbizurl.cn/s/JtxxFh33r",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40013: "invalid appid",
    40029: "invalid code",
    40037: "invalid template_id",
    40097: "invalid args",
    40125: "invalid appsecret",
    40129: "invalid scene",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    40165: "invalid weapp pagepath",
    40169: "invalid length for scene, or the data is not json string",
    40212: "invalid query",
    40226: "high-risk user",
    40243: "appsecret has been frozen",
    40256: "invalid data",
    41001: "access_token missing",
    41002: "appid missing",
    41004: "appsecret missing",
    41008: "missing code",
    41030: "invalid page",
    42001: "access_token expired",
    43002: "require POST method",
    43101: "user refuse to accept the msg",
    43104: "no relation with this user",
    43107: "subscribe message banned",
    43108: "concurrent sending to one user",
    44002: "empty post data",
    44990: "reach max per second limit",
    44991: "reach max minute limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit",
    45015: "response out of time limit or subscription is canceled",
    45029: "qrcode count out of limit",
    45047: "out of response count limit",
    45168: "hit sensitive words",
    47001: "data format error",
    47003: "argument invalid!",
    48006: "forbid to clear quota because of reaching the limit",
    50007: "account frozen",
    61010: "code is expired",
    76001: "rid not found",
    85079: "miniprogram has no online release",
    85096: "not allow include scancode_time field",
    85401: "invalid expire time",
    85403: "url link not found",
    87007: "session_key is not existd or expired",
    87009: "invalid signature",
    87020: "duplicate request",
}


class Refusal(Exception):
    def __init__(self, code: int, text: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.text = text or TEXTS.get(code, "error")
