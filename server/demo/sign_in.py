"""What `make run` prints: who lives in the town, and how to sign in as each of them."""

from server.demo import cast


def how_to_sign_in(base: str) -> str:
    phones = [each for each in cast.CAST if each.persona]
    desks = [each for each in cast.CAST if each.login]
    phoneless = [each for each in cast.CAST if not each.persona and not each.login]
    lines = [
        "",
        "云桥市 · 演示小镇（人物均为虚构）",
        "",
        "  手机上的人（小程序接口）：",
        *(f"    {each.persona:<12} {each.name}  {each.story}" for each in phones),
        "",
        "    登录：把 daughter 换成上面任意一位；每登录一次换一个编号",
        f"    curl -s {base}/api/v1/session -H 'Content-Type: application/json' \\",
        "         -d '{\"code\":\"sim:daughter:'$(date +%s)'\"}'",
        "    医护人员用已批准的手机：把 -d 换成（以护士为例）",
        '         -d \'{"code":"sim:nurse:\'$(date +%s)\'","device_id":"demo-phone-of-nurse"}\'',
        '    得到 token 后：curl -s -H "Authorization: Bearer $TOKEN" ' + base + "/api/v1/session",
        "",
        "  坐在电脑前的人（管理后台）：",
        *(f"    {each.login:<12} {each.name}  {each.story}" for each in desks),
        "",
        f"    打开 {base}/admin ，密码都是 {cast.CONSOLE_PASSWORD}",
        f"    动态码：把密钥 {cast.TOTP_SECRET} 录入验证器应用，",
        f"    或执行：.venv/bin/python -c \"import pyotp; print(pyotp.TOTP('{cast.TOTP_SECRET}').now())\"",
        "",
        "  没有手机的人：" + "；".join(f"{each.name}（{each.story}）" for each in phoneless),
        "",
        f"  接口说明 {base}/api/v1/openapi.json   健康检查 {base}/readyz   指标 {base}/metrics",
        "  按 Ctrl-C 停止；再次启动时数据还在。",
        "",
    ]
    return "\n".join(lines)
