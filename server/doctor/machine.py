"""What can be seen on this machine without asking anybody: settings, keys, disk, the worker's figures."""

import os
import shutil
import stat
import time
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from server.configuration import configure_core
from server.doctor.findings import Finding, ago, attend, broken, fine
from server.kit import sealing
from server.settings import SECRETS_FILE, Settings, SettingsRefused
from server.supervisor import metrics_place
from server.web.metrics import last_work, marks_lost

YEAR = 365 * 86_400
LITTLE_SPACE, NO_SPACE = 0.15, 0.05
WORKER_LATE = 60  # seconds; it looks around every second
WORKER_GONE = 600
BACKUP_LATE = 26 * 3600  # one a day, and some patience


def settings(of: Settings) -> Iterator[Finding]:
    """Judge what the environment says, beyond what already refuses to start."""
    subject = "配置"
    if not of.production:
        yield attend(
            subject,
            "PRODUCTION 不是 1，这是试用环境：密钥是自动生成的，微信是替身。",
            "正式使用前设 PRODUCTION=1，并按 README 的变量表配齐密钥。",
        )
        return
    if not of.public_url.startswith("https://"):
        yield attend(
            subject,
            "PUBLIC_URL 没有填 https 地址，打印件上的二维码会指向访问时的主机名。",
            "设 PUBLIC_URL=https://您的域名。",
        )
    if of.proxies_count == 0:
        yield attend(
            subject,
            "PROXIES_COUNT 是 0：前面有 nginx 时，所有人会被当成同一个地址来限流。",
            "设成 X-Forwarded-For 里有几个地址是自己的代理写的；按 deploy/ 的样例装的是 1。",
        )
    if of.web_workers > 1 and not of.redis_url:
        yield attend(
            subject,
            f"有 {of.web_workers} 个 Web 进程而没有 Redis，限流由每个进程各自计数。",
            "设 REDIS_URL，或把 WEB_WORKERS 改为 1。",
        )
    if of.rate_factor != 1:
        yield broken(
            subject, f"RATE_FACTOR 是 {of.rate_factor}，限流被放宽了。", "去掉 RATE_FACTOR，它只用于压测。"
        )
    yield fine(subject, "已经是生产配置。")


def keys(of: Settings) -> Iterator[Finding]:
    """Judge the keys: whole, readable by nobody else, not too old, no old ones left."""
    subject = "密钥"
    try:
        configure_core(of)
    except SettingsRefused as refusal:
        yield broken(subject, str(refusal), "对照 docs/keys.md 改正；不要删除旧密钥，删了就打不开旧数据。")
        return
    yield from _files_of_keys(of)
    spare = sealing.spare_keys()
    if spare.data or spare.index:
        left = "、".join(str(number) for number in (*spare.data, *spare.index))
        yield attend(
            subject,
            f"钥匙串里还有旧密钥（编号 {left}）。",
            "运行 python -m server rotate-keys；它说完成之后，再把旧密钥从配置里拿掉。",
        )
    else:
        yield fine(subject, "写法正确，钥匙串里没有多余的旧密钥。")


def _files_of_keys(of: Settings) -> Iterator[Finding]:
    hidden = (each.name.upper() for each in fields(of) if each.metadata.get("secret"))
    files = {Path(os.environ[f"{name}_FILE"]) for name in hidden if f"{name}_FILE" in os.environ}
    if not of.production and (of.data_dir / SECRETS_FILE).exists():
        files.add(of.data_dir / SECRETS_FILE)
    for path in sorted(files):
        about = path.stat()
        if about.st_mode & stat.S_IROTH:
            yield broken("密钥", f"谁都能读密钥文件 {path}。", f"chmod 0400 {path}，并查清是谁改的。")
        if time.time() - about.st_mtime > YEAR:
            yield attend("密钥", f"密钥文件 {path} 一年多没有换过。", "按 docs/keys.md 换一次密钥。")
    if not files:
        yield fine("密钥", "密钥直接写在环境变量里，查不到它们是什么时候换的。")


def disk(of: Settings) -> Iterator[Finding]:
    """Judge the room that is left where the data is."""
    if not of.data_dir.is_dir():
        yield broken("磁盘", f"数据目录 {of.data_dir} 不存在。", "建好目录，属主是运行服务的用户，权限 700。")
        return
    room = shutil.disk_usage(of.data_dir)
    left = room.free / room.total
    said = f"{of.data_dir} 所在的磁盘还剩 {room.free / 2**30:.1f} GiB（{left:.0%}）。"
    remedy = "清理旧日志、旧备份，或扩容。磁盘写满时预约会被拒绝，不会丢。"
    if left < NO_SPACE:
        yield broken("磁盘", said, remedy)
    elif left < LITTLE_SPACE:
        yield attend("磁盘", said, remedy)
    else:
        yield fine("磁盘", said)


def backups(of: Settings) -> Iterator[Finding]:
    """Judge how old the newest whole backup is: a file of ours, or a folder that `mariadb-full` has finished."""
    subject = "备份"
    if not of.production:
        yield fine(subject, "试用环境不要求备份。")
        return
    folder = Path(of.backup_dir)
    made = [*folder.glob("alliance-*.tar"), *folder.glob("*/complete")] if of.backup_dir else []
    remedy = "按 docs/operations.md“备份”做一次，并看定时任务为什么没有做。"
    if not of.backup_dir:
        yield attend(
            subject,
            "没有设 BACKUP_DIR，不知道备份放在哪里。",
            "把 BACKUP_DIR 设为放备份的目录，本命令就会看它的新旧。",
        )
    elif not made:
        yield broken(subject, f"{folder} 里没有一份完整的备份。", remedy)
    else:
        late = time.time() - max(each.stat().st_mtime for each in made)
        said = f"最新的一份在 {ago(late)}前。"
        yield broken(subject, said, remedy) if late > BACKUP_LATE else fine(subject, said)


def marks(of: Settings) -> Iterator[Finding]:
    """Judge by the figures whether marks of the access trail went to nobody: they are not sent again."""
    if not of.trail_ship:
        return
    folder = _figures(of)
    lost = marks_lost(folder) if folder.is_dir() else 0
    if lost:
        yield attend(
            "查档留痕",
            f"有 {lost:.0f} 个印记没能寄出（TRAIL_SHIP），不会补寄。",
            "看那个地方是不是满了、停了、连不上（docs/operations.md“留痕的外寄印记丢了”）；重启服务后重新计数。",
        )
    else:
        yield fine("查档留痕", "印记都寄出去了。")


def _figures(of: Settings) -> Path:
    return Path(os.environ.get("PROMETHEUS_MULTIPROC_DIR") or metrics_place(of.data_dir))


def worker(of: Settings) -> Iterator[Finding]:
    """Judge by its figures whether a worker is at work on this machine."""
    subject = "后台工作进程"
    folder = _figures(of)
    last = last_work(folder) if folder.is_dir() else None
    remedy = "systemctl restart alliance-worker，再看它的日志；它停着的时候预约照常，到期、提醒、消息会晚到。"
    if last is None:
        yield attend(
            subject,
            "这台机器上没有它工作过的痕迹。",
            "若工作进程在另一台机器上，请在那里运行本命令；否则：" + remedy,
        )
        return
    late = time.time() - last
    said = f"最后一次巡查在 {ago(late)}前。"
    if late > WORKER_GONE:
        yield broken(subject, said, remedy)
    elif late > WORKER_LATE:
        yield attend(subject, said, remedy)
    else:
        yield fine(subject, said)
