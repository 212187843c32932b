"""All that differs between machines, read once from the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

MODEL_MODULES = (
    "server.kit.idempotency",
    "server.audit.models",
    "server.audit.trail_models",
    "server.outbox.models",
    "server.alliance.models",
    "server.identity.models",
    "server.people.models",
    "server.consent.models",
    "server.records.models",
    "server.booking.models",
    "server.visits.models",
    "server.feedback.models",
    "server.notifications.models",
    "server.documents.models",
)
DEMO_APPID = "wx00000000cafe0001"
PLATFORM = "https://api.weixin.qq.com"
SECRETS_FILE = "secrets.env"
TRUE, FALSE = ("1", "true"), ("0", "false")


class SettingsRefused(SystemExit):
    """The process must not start with these settings; the text says which and why."""


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
    database_url: str = ""  # empty: SQLite in the data folder
    database_pool: int = 10
    redis_url: str = ""  # empty: in this process only
    wechat_api_base: str = ""  # empty: the stand-in when not in production, the platform otherwise
    wechat_appid: str = DEMO_APPID
    wechat_secret: str = field(default="0" * 32, repr=False)
    wechat_push_token: str = field(default="", repr=False)
    wechat_push_aes_key: str = field(default="", repr=False)
    wechat_env_version: str = "release"  # or trial, develop: which mini-program a message opens
    wechat_templates: str = ""  # "tmpl_appointment_booked=PLATFORM_ID,…"; empty: the stand-in's own names
    sealing_algorithm: str = "AES-256-GCM"  # or SM4-GCM, where GB/T 39786 is asked for
    sealing_keys: str = field(default="", repr=False)  # "id:hex,id:hex", the first one seals
    index_keys: str = field(default="", repr=False)  # likewise, the first one writes
    trail_key: str = field(default="", repr=False)
    session_key: str = field(default="", repr=False)
    plate_keys: str = field(default="", repr=False)
    argon2_memory_kib: int = 47 * 1024
    proxies_count: int = 0
    with_worker: bool = True  # `serve` starts a worker process beside the web processes
    rate_factor: int = 1  # multiplies every rate limit, for load tests
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; outside production missing secrets are made once and kept in the data folder."""
        source = dict(os.environ if env is None else env)
        data_dir = Path(source.get("DATA_DIR") or "var").resolve()
        if source.get("PRODUCTION", "").lower() not in TRUE:
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
    def checkpoints(self) -> Path:
        """Return where the signed heads of all access trails are kept, outside the database."""
        return self.data_dir / "trail-checkpoints.jsonl"

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
            message = f"生产环境缺少密钥：{'、'.join(missing)}。请在环境变量中设置后再启动。"
            raise SettingsRefused(message)
        if self.wechat_appid == DEMO_APPID or set(self.wechat_secret) == {"0"}:
            message = "生产环境不能使用演示小程序的 WECHAT_APPID / WECHAT_SECRET。"
            raise SettingsRefused(message)


SECRETS = (
    "sealing_keys",
    "index_keys",
    "trail_key",
    "session_key",
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


def _own_secrets(data_dir: Path) -> dict[str, str]:
    """Return this installation's own keys, made at the first start, so that a second start can open its data."""
    path = data_dir / SECRETS_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        made = {
            "SEALING_KEYS": f"1:{secrets.token_hex(32)}",
            "INDEX_KEYS": f"1:{secrets.token_hex(32)}",
            "TRAIL_KEY": secrets.token_hex(32),
            "SESSION_KEY": secrets.token_hex(32),
            "PLATE_KEYS": f"1:{secrets.token_hex(32)}",
            "WECHAT_PUSH_TOKEN": secrets.token_hex(16),
            "WECHAT_PUSH_AES_KEY": secrets.token_hex(22)[:43],
        }
        scratch = path.with_suffix(f".{os.getpid()}")
        scratch.write_text("".join(f"{name}={value}\n" for name, value in made.items()))
        scratch.chmod(0o600)
        try:
            os.link(scratch, path)  # two processes starting at once agree on whoever was first
        except FileExistsError:
            pass
        finally:
            scratch.unlink()
    lines = path.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line)
