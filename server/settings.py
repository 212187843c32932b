"""All that differs between machines, read once from the environment."""

import fcntl
import os
import secrets
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MODEL_MODULES = (
    "server.kit.idempotency",
    "server.kit.rollups",
    "server.audit.models",
    "server.audit.trail_models",
    "server.outbox.models",
    "server.alliance.models",
    "server.identity.models",
    "server.people.models",
    "server.consent.models",
    "server.records.models",
    "server.demands.models",
    "server.assessments.models",
    "server.clinics.models",
    "server.home_beds.models",
    "server.enrolments.models",
    "server.booking.models",
    "server.visits.models",
    "server.settlement.models",
    "server.training.models",
    "server.workload.models",
    "server.referrals.models",
    "server.followups.models",
    "server.checkups.models",
    "server.prescriptions.models",
    "server.feedback.models",
    "server.indicators.models",
    "server.notifications.models",
    "server.documents.models",
    "server.privacy.models",
)
DEMO_APPID = "wx00000000cafe0001"
PLATFORM = "https://api.weixin.qq.com"
SECRETS_FILE = "secrets.env"
GRACE = 15  # seconds that a web process gives to what it has begun, after it stopped listening
MARGIN = 5  # seconds, for closing what it has open
TRUE, FALSE = ("1", "true"), ("0", "false")


class SettingsRefused(SystemExit):
    """The process must not start with these settings; the text says which and why."""


def secret(default: str = "") -> Any:
    """Hold what nobody may read: never shown, and also taken from the file that <NAME>_FILE names."""
    return field(default=default, repr=False, metadata={"secret": True})


@dataclass(frozen=True)
class Settings:
    """See the table in README.md; every field is the environment variable of the same name in capitals."""

    production: bool = False
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = (
        ""  # where the world reaches this server: "https://yangyi.example.gov.cn"; empty: as it was asked
    )
    web_workers: int = 1
    database_url: str = secret()  # empty: SQLite in the data folder
    database_pool: int = 10
    redis_url: str = secret()  # empty: in this process only
    wechat_api_base: str = ""  # empty: the stand-in when not in production, the platform otherwise
    wechat_appid: str = DEMO_APPID
    wechat_secret: str = secret("0" * 32)
    wechat_push_token: str = secret()
    wechat_push_aes_key: str = secret()
    wechat_env_version: str = "release"  # or trial, develop: which mini-program a message opens
    wechat_templates: str = ""  # "tmpl_appointment_booked=PLATFORM_ID,…"; empty: the stand-in's own names
    sealing_algorithm: str = "AES-256-GCM"  # or SM4-GCM, where GB/T 39786 is asked for
    sealing_keys: str = secret()  # "id:hex,id:hex", the first one seals
    index_keys: str = secret()  # likewise, the first one writes
    trail_key: str = secret()  # "hex,hex", the first one chains, the others still verify
    checkpoint_key: str = secret()  # likewise, signs the checkpoints of the trail
    trail_ship: str = (
        ""  # where each line's mark goes at once: a file, or syslog://host:514, syslog:///dev/log
    )
    plate_keys: str = secret()  # as sealing_keys, ids of one character
    argon2_memory_kib: int = 47 * 1024
    proxies_count: int = 0
    drain_seconds: int = 0  # after SIGTERM, until proxies have seen that this process is leaving
    with_worker: bool = True  # `serve` starts a worker process beside the web processes
    rate_factor: int = 1  # multiplies every rate limit, for load tests
    log_level: str = "INFO"
    # In each web process. Who looks is told to look again sooner than made to wait for half a second with everybody else.
    most_at_once: int = 160
    slow_query_ms: int = 500  # a statement that takes longer is logged, without its values; 0: none
    backup_dir: str = ""  # where backups are put: the doctor looks how old the newest is
    metrics_token: str = secret()  # who may read /metrics from another machine; empty: nobody

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; outside production missing secrets are made once and kept in the data folder."""
        source = dict(os.environ if env is None else env)
        data_dir = Path(source.get("DATA_DIR") or "var").resolve()
        in_production = source.get("PRODUCTION", "").lower() in TRUE
        hidden = [each.name.upper() for each in fields(cls) if each.metadata.get("secret")]
        source |= _from_files(hidden, source, strict=in_production)
        if not in_production:
            source = {**_own_secrets(data_dir), **source}
        said: dict[str, Any] = {"data_dir": data_dir}
        for each in fields(cls):
            if source.get(each.name.upper()) and each.name not in said:
                said[each.name] = _read(each.name, each.type, source[each.name.upper()])
        settings = cls(**said)
        settings.refuse_if_unsafe()
        return settings

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite://{self.data_dir / 'alliance.db'}"

    @property
    def patience(self) -> int:
        """Return after how many seconds a process that was asked to stop is killed: never before it had its time."""
        return self.drain_seconds + GRACE + MARGIN

    @property
    def checkpoints(self) -> Path:
        """Return where the signed heads of all access trails are kept, outside the database."""
        return self.data_dir / "trail-checkpoints.jsonl"

    @property
    def trail_marks(self) -> Path | None:
        """Return where the shipped marks of the access trail lie, when they lie in a file of this machine."""
        return Path(self.trail_ship) if self.trail_ship and "://" not in self.trail_ship else None

    @property
    def template_ids(self) -> dict[str, str]:
        """Return the ids that the platform gave our message templates, by our names for them."""
        return dict(pair.split("=", 1) for pair in self.wechat_templates.split(",") if "=" in pair)

    def refuse_if_unsafe(self) -> None:
        """Stop a production process that lacks a secret or carries the demo's (reliability K)."""
        if not self.production:
            return
        missing = [name.upper() for name in SECRETS if not getattr(self, name)]
        if missing:
            message = f"生产环境缺少密钥：{'、'.join(missing)}。请用环境变量，或用“变量名_FILE”指向文件，设好后再启动。"
            raise SettingsRefused(message)
        if self.wechat_appid == DEMO_APPID or set(self.wechat_secret) == {"0"}:
            message = "生产环境不能使用演示小程序的 WECHAT_APPID / WECHAT_SECRET。"
            raise SettingsRefused(message)


SECRETS = (
    "sealing_keys",
    "index_keys",
    "trail_key",
    "checkpoint_key",
    "plate_keys",
    "wechat_push_token",
    "wechat_push_aes_key",
)


def _read(name: str, kind: object, text: str) -> object:
    word = kind if isinstance(kind, str) else getattr(kind, "__name__", str(kind))
    try:
        if word == "bool":
            return {**dict.fromkeys(TRUE, True), **dict.fromkeys(FALSE, False)}[text.lower()]
        if word == "int":
            return int(text)
    except (KeyError, ValueError):
        message = f"环境变量 {name.upper()} 的值不对。"
        raise SettingsRefused(message) from None
    return Path(text) if word == "Path" else text


def _from_files(names: Sequence[str], source: Mapping[str, str], *, strict: bool) -> dict[str, str]:
    """Return what the files named by <NAME>_FILE hold (systemd's credentials, the secrets of a container)."""
    found = {}
    for name in names:
        path = source.get(f"{name}_FILE")
        if path and source.get(name):
            message = f"{name} 和 {name}_FILE 只能设一个。"
            raise SettingsRefused(message)
        if path:
            found[name] = _from_file(name, Path(path), strict=strict)
    return found


def _from_file(name: str, path: Path, *, strict: bool) -> str:
    try:
        everybody_reads = path.stat().st_mode & stat.S_IROTH
        text = path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        message = f"{name}_FILE 指的文件读不了：{path}。请检查路径，以及运行服务的账号能不能读它。"
        raise SettingsRefused(message) from None
    if strict and everybody_reads:
        message = f"{name}_FILE 指的文件谁都能读：{path}。请改成只有运行服务的账号能读（chmod 0400）。"
        raise SettingsRefused(message)
    if not text:
        message = f"{name}_FILE 指的文件是空的：{path}。"
        raise SettingsRefused(message)
    return text


def _own_secrets(data_dir: Path) -> dict[str, str]:
    """Return this installation's own keys, each made once, so that a second start can open its data."""
    path = data_dir / SECRETS_FILE
    data_dir.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        path.chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)  # two processes starting at once agree on whoever was first
        file.seek(0)
        text = file.read()
        kept = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        made = {name: make() for name, make in MADE.items() if name not in kept}
        file.write("" if text.endswith("\n") or not text else "\n")
        file.write("".join(f"{name}={value}\n" for name, value in made.items()))
    return kept | made


MADE: Mapping[str, Callable[[], str]] = {
    "SEALING_KEYS": lambda: f"1:{secrets.token_hex(32)}",
    "INDEX_KEYS": lambda: f"1:{secrets.token_hex(32)}",
    "TRAIL_KEY": lambda: secrets.token_hex(32),
    "CHECKPOINT_KEY": lambda: secrets.token_hex(32),
    "PLATE_KEYS": lambda: f"1:{secrets.token_hex(32)}",
    "WECHAT_PUSH_TOKEN": lambda: secrets.token_hex(16),
    "WECHAT_PUSH_AES_KEY": lambda: secrets.token_hex(22)[:43],
}
