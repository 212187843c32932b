"""Install the product on an empty Debian 12 whose first process is systemd, by docs/operations.md, and watch its units.

By hand, as root, on a machine with `debootstrap systemd-container slirp4netns` (nothing else of it is touched; ten minutes, 3 GB):

    .venv/bin/python -m tests.deploy.on_systemd            from nothing: what is committed is installed, and all is taken away
    … --folder /var/tmp/on-systemd --keep                  the empty Debian and the machine stay for the next time, and to look around in

The machine is a container of systemd-nspawn with a network of its own (slirp4netns), so nothing of it meets what runs here. Every
command of the page is looked up in the page before it is typed: a page that changes without this file is found out, and the other way round.
What nobody can do here: real credentials of WeChat. `doctor` must have nothing to say but that.
"""

import argparse
import ctypes
import json
import os
import re
import resource
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, TypeVar

import httpx
import pyotp

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/operations.md").read_text()
EXAMPLE = (ROOT / "docs/deployment.md").read_text().partition("```\nPRODUCTION=1\n")[2].partition("```")[0]
MIRROR = "http://deb.debian.org/debian"
RELEASE = "test"  # what the page calls 版本
HOST = "yangyi.example.gov.cn"
NEEDED = ("debootstrap", "systemd-nspawn", "slirp4netns", "nsenter")
CLONE_NEWNET = 0x40000000
Found = TypeVar("Found")
CERTIFICATES = Path("/usr/local/share/ca-certificates")  # of a network that looks into TLS
LOGIN, PASSWORD = "guan", "a-long-enough-password"
EMPTY = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "TERM": "dumb",
}


class NotSo(SystemExit):
    """What the page says is not what is seen."""


def fail(sentence: str) -> NoReturn:
    raise NotSo(sentence)


def expect(held: object, sentence: str) -> None:
    if not held:
        fail(f"NOT SO: {sentence}")
    print(f"  seen: {sentence}", flush=True)


class Machine:
    """A Debian that boots."""

    def __init__(self, root: Path) -> None:
        self.root, self.leader = root, 0
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._network: subprocess.Popen[bytes] | None = None

    def boot(self) -> None:
        log = (self.root.parent / "console.log").open("ab")
        self._nspawn = subprocess.Popen(
            ["systemd-nspawn", f"--directory={self.root}", "--boot", "--register=no", "--keep-unit", "--private-network",
             "--resolv-conf=off", "--machine=on-systemd"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        self.leader = int(
            until(lambda: children(self._nspawn.pid) if self._nspawn else "", "the container begins").split()[
                0
            ]
        )
        until(
            lambda: (
                self.run("systemctl is-system-running || true", quiet=True).strip() in {"running", "degraded"}
            ),
            "it is up",
        )
        self._delegate_memory()
        self._network = subprocess.Popen(
            ["slirp4netns", "--configure", "--mtu=1400", "--disable-host-loopback", str(self.leader), "tap0"],
            stdout=log, stderr=log,
        )  # fmt: skip
        until(lambda: "tap0" in self.run("cat /proc/net/route", quiet=True), "it has a network")
        with Path(f"/proc/{self.leader}/ns/net").open() as network:
            # From here on this process speaks to 127.0.0.1 of the machine.
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")

    def _delegate_memory(self) -> None:
        """Under cgroup v1 nspawn shows the controllers and lets nobody write them: MemoryMax= would be read and do nothing."""
        if "cgroup/memory" in self.run("cat /proc/mounts", quiet=True):
            self.run(
                "mount -o remount,rw,bind /sys/fs/cgroup/memory && systemctl daemon-reexec",
                cgroup=True,
                quiet=True,
            )
            time.sleep(2)

    def run(
        self, command: str, *, said: str = "", fails: bool = False, quiet: bool = False, cgroup: bool = False
    ) -> str:
        """Type a line as root; give what it printed."""
        if not quiet:
            print(f"  # {command if len(command) < 200 else command[:200] + ' …'}", flush=True)
        spaces = ["-m", "-u", "-i", "-n", "-p", *(["-C"] if cgroup else [])]
        done = subprocess.run(
            ["nsenter", "-t", str(self.leader), *spaces, "bash", "-c", command],
            input=said, capture_output=True, text=True, check=False, env=EMPTY, timeout=900,
        )  # fmt: skip
        if (done.returncode != 0) != fails:
            fail(f"{command}\nended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def type(self, written: str, command: str = "", **options: str) -> str:
        """Type what stands in the page, with the words that it leaves to the operator filled in."""
        if written not in PAGE:
            fail(f"docs/operations.md does not say: {written}")
        return self.run(command or written.replace("版本", RELEASE), **options)  # type: ignore[arg-type]

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        here = self.root / path.lstrip("/")
        here.parent.mkdir(parents=True, exist_ok=True)
        here.touch(mode=mode)
        here.write_text(text)
        here.chmod(mode)

    def show(self, unit: str, name: str) -> str:
        return self.run(f"systemctl show --value -p {name} {unit}", quiet=True).strip()

    def off(self) -> None:
        if self._nspawn and self._nspawn.poll() is None:
            os.kill(self.leader, signal.SIGRTMIN + 4)  # poweroff, as systemd understands it
            try:
                self._nspawn.wait(90)
            except subprocess.TimeoutExpired:
                os.kill(self.leader, signal.SIGKILL)
                self._nspawn.wait(30)
        if self._network:
            self._network.terminate()
            self._network.wait()
        clear_cgroups()


def clear_cgroups() -> None:
    """Take away the groups, all empty, that the container's systemd made below ours: nobody else does it for a container not registered."""
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controller, own = line.split(":", 2)
        base = Path("/sys/fs/cgroup", controller.removeprefix("name=") or "unified", own.lstrip("/"))
        for made in (
            "payload",
            "supervisor",
            "init.scope",
            "system.slice",
            "user.slice",
            "dev-hugepages.mount",
        ):
            for folder in sorted((base / made).glob("**/"), reverse=True) if (base / made).is_dir() else ():
                with suppress(OSError):
                    folder.rmdir()


def children(pid: int) -> str:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text()


def until(look: Callable[[], Found], what: str, patience: float = 60) -> Found:
    ends = time.monotonic() + patience
    while time.monotonic() < ends:
        found = look()
        if found:
            return found
        time.sleep(0.3)
    fail(f"NOT SO within {patience:.0f} s: {what}")


def debian(folder: Path) -> Path:
    """Make the empty Debian once: what its installer puts on a server, and nothing of ours."""
    base = folder / "debian"
    if not (base / "ready").exists():
        shutil.rmtree(base, ignore_errors=True)
        print(f"debootstrap → {base}", flush=True)
        with (folder / "debootstrap.log").open("wb") as log:
            subprocess.run(
                ["debootstrap", "--include=dbus,ca-certificates", "bookworm", base, MIRROR], stdout=log, stderr=log, check=True
            )  # fmt: skip
        (base / "ready").touch()
    root = folder / "machine"
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", "--reflink=auto", base, root], check=True)
    (root / "etc/resolv.conf").unlink(missing_ok=True)
    (root / "etc/resolv.conf").write_text("nameserver 10.0.2.3\n")  # slirp4netns's
    (root / "etc/apt/sources.list").write_text(
        f"deb {MIRROR} bookworm main\ndeb {MIRROR} bookworm-updates main\ndeb {MIRROR}-security bookworm-security main\n"
    )
    (root / "etc/apt/apt.conf.d/90here").write_text(
        'APT::Install-Suggests "0";\nDpkg::Options "--force-confold";\n'
    )
    (root / "etc/hostname").write_text("on-systemd\n")
    (root / "etc/hosts").write_text(f"127.0.0.1 localhost on-systemd {HOST}\n")
    for certificate in CERTIFICATES.glob("*.crt"):
        shutil.copy(certificate, root / CERTIFICATES.relative_to("/"))
    (root / "etc/pip.conf").write_text("[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n")
    return root


def environment(database: str) -> str:
    """Write the file of variables as step 5 says: the example, as one machine has it, and every key."""
    one = {
        "HOST": "127.0.0.1",
        "DATABASE_URL": f"mysql://alliance:{database}@127.0.0.1:3306/alliance",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
    }
    lines = [line for line in ("PRODUCTION=1\n" + EXAMPLE).splitlines() if line]
    kept = [line for line in lines if not line.startswith(("DRAIN_SECONDS", "METRICS_TOKEN"))]
    said = [f"{name}={one.get(name, value)}" for name, _, value in (line.partition("=") for line in kept)]

    def key() -> str:
        return subprocess.run(
            ["openssl", "rand", "-hex", "32"], capture_output=True, text=True, check=True
        ).stdout.strip()

    keys = {
        "SEALING_KEYS": f"1:{key()}",
        "INDEX_KEYS": f"1:{key()}",
        "PLATE_KEYS": f"1:{key()}",
        "TRAIL_KEY": key(),
        "CHECKPOINT_KEY": key(),
        "WECHAT_APPID": "wx0123456789abcdef",
        "WECHAT_SECRET": key()[:32],
        "WECHAT_PUSH_TOKEN": key()[:32],
        "WECHAT_PUSH_AES_KEY": key()[:43],
        "BACKUP_DIR": "/backup",
    }
    return "\n".join([*said, *(f"{name}={value}" for name, value in keys.items())]) + "\n"


def install(machine: Machine) -> None:
    """Do docs/operations.md “安装”, step by step, up to the file of variables."""
    if list(CERTIFICATES.glob("*.crt")):
        machine.run("update-ca-certificates")
    machine.run("apt-get update -qq")
    print("step 1", flush=True)
    packages = re.search(r"`(apt-get install [^`]+)`", PAGE.partition("\n## 安装\n")[2])
    assert packages
    machine.run(f"DEBIAN_FRONTEND=noninteractive {packages[1].replace('install', 'install -y -qq')}")
    machine.type("python3.11 --version")
    print("step 2", flush=True)
    machine.type("useradd --system --home-dir /var/lib/alliance --shell /usr/sbin/nologin alliance")
    print("step 3", flush=True)
    home = machine.root / f"opt/alliance-{RELEASE}"
    home.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    subprocess.run(["tar", "-x", "-C", home, "--no-same-owner"], input=archive, check=True)
    machine.type("make -C /opt/alliance-版本 .venv/.run")
    machine.type("ln -sfn /opt/alliance-版本 /opt/alliance")
    machine.type("ln -sf /opt/alliance/deploy/alliance-run /usr/local/sbin/alliance-run")
    expect(
        "create-admin" in machine.type("cd /opt/alliance && .venv/bin/python -m server --help"),
        "the commands",
    )
    print("step 4", flush=True)
    machine.type(
        "把 `deploy/mariadb/single.cnf` 放到 `/etc/mysql/mariadb.conf.d/60-alliance.cnf`",
        "cp /opt/alliance/deploy/mariadb/single.cnf /etc/mysql/mariadb.conf.d/60-alliance.cnf",
    )
    machine.run("install -d -o mysql -g mysql /var/lib/mysql-log && systemctl restart mariadb")
    database, tables = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    block = PAGE.partition("   CREATE DATABASE alliance")[2].partition("```")[0]
    statements = "CREATE DATABASE alliance" + block.replace("10.20.0.%", "127.0.0.1").replace(
        "…", database, 1
    ).replace("…", tables, 1)
    machine.run("mysql", said=statements)
    print("step 5", flush=True)
    machine.write("/etc/alliance/env", environment(database), 0o600)
    machine.write(
        "/etc/alliance/migrate.env",
        f"DATABASE_URL=mysql://alliance_ddl:{tables}@127.0.0.1:3306/alliance\n",
        0o600,
    )


def begin(machine: Machine) -> str:
    """Do the rest of it, up to what is done every day; give the secret of the first administrator's one-time codes."""
    print("step 6", flush=True)
    print("   ", machine.type("alliance-run migrate up").strip().replace("\n", " · ")[:300])
    expect(
        "nothing to do" in machine.type("alliance-run migrate up"), "the second time there is nothing to do"
    )
    print("step 7", flush=True)
    said = with_a_terminal(machine, f"alliance-run create-admin {LOGIN} --name 管理员", PASSWORD)
    found = re.search(r"secret=([A-Z2-7]+)", said)
    expect(found, "an address for the authenticator")
    assert found
    print("step 8", flush=True)
    machine.type(step(8))
    print("step 9", flush=True)
    machine.run("cp /opt/alliance/deploy/nginx/alliance.conf /etc/nginx/conf.d/")
    machine.run(
        "install -D -m 644 -t /etc/nginx/alliance /opt/alliance/deploy/nginx/busy-api.json /opt/alliance/deploy/nginx/busy-console.html"
    )
    machine.run("rm /etc/nginx/sites-enabled/default")
    one = "s/^ *server 10\\.20\\.0\\.\\(5\\|11\\):80.*/    server 127.0.0.1:8000;/; /^ *server 10\\.20\\.0\\.6:/d"
    machine.run(f"sed -i '{one}' /etc/nginx/conf.d/alliance.conf")
    machine.run(f"/opt/alliance/deploy/nginx/try-certificate /etc/nginx/tls {HOST}")
    machine.type("nginx -t && systemctl reload nginx")
    print("step 10", flush=True)
    machine.type(step(10))
    machine.type("systemctl start alliance-backup alliance-daily@check alliance-daily@verify-audit")
    return found[1]


def step(number: int) -> str:
    """Return the first command of a step."""
    found = re.search(rf"^{number}\. [^`\n]*`([^`]+)`", PAGE.partition("\n## 安装\n")[2], re.MULTILINE)
    assert found, number
    return found[1]


def with_a_terminal(machine: Machine, command: str, answer: str) -> str:
    """Type a command as a person at a terminal does: it asks for a password, unseen."""
    print(f"  # {command}", flush=True)
    mine, theirs = os.openpty()
    process = subprocess.Popen(
        ["nsenter", "-t", str(machine.leader), "-m", "-u", "-i", "-n", "-p", "bash", "-c", command],
        stdin=theirs, stdout=theirs, stderr=theirs, env=EMPTY, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said, told = "", False
    with suppress(OSError):  # the other end is closed
        while part := os.read(mine, 4096):
            said += part.decode(errors="replace")
            if "密码" in said and not told:
                time.sleep(0.5)
                os.write(mine, f"{answer}\n".encode())
                told = True
    if process.wait(60):
        fail(f"{command}\n{said}")
    expect(told and answer not in said, "it asks for the password and does not show it")
    return said


def found(machine: Machine) -> list[dict[str, str]]:
    said: list[dict[str, str]] = json.loads(machine.run("alliance-run doctor --json || true"))["findings"]
    return said


def doctor(machine: Machine) -> None:
    # The worker may have been started this very moment.
    until(
        lambda: any(each["subject"] == "后台工作进程" and each["grade"] == "fine" for each in found(machine)),
        "it works",
    )
    said = found(machine)
    for each in said:
        print(f"    [{each['grade']}] {each['subject']}：{each['sentence']}", flush=True)
    wrong = {each["subject"] for each in said if each["grade"] != "fine"}
    expect(wrong <= {"微信"}, "the doctor has nothing to say but that no real mini-program is there")


def followed(machine: Machine, totp: str) -> None:
    """Do what the page says of following one request, with one that somebody has just made."""
    print("one request is followed", flush=True)
    section = PAGE.partition("**跟着一个请求走。**")[2].partition("**慢语句。**")[0]
    block = section.partition("```\n")[2].partition("```")[0].splitlines()
    time.sleep(31)  # a code opens once
    form = {"login": LOGIN, "password": PASSWORD, "code": pyotp.TOTP(totp).now()}
    answer = by_name(machine).post("/admin/sign-in", data=form)
    number = answer.headers["x-request-id"]
    expect(
        answer.status_code == 303 and re.fullmatch("[0-9a-f]{32}", number),
        "an answer bears the number that nginx gave",
    )
    lines = [line.strip().replace("编号", number) for line in block if line.strip()]
    expect(len(lines) == 3, "three places to look")
    for line in lines:
        said = machine.run(line)
        print(f"    {said.strip()[:300]}", flush=True)
        expect(number in said, "it is there")


def answers(machine: Machine, totp: str) -> None:
    print("what answers", flush=True)
    at = "http://127.0.0.1:8000"
    until(lambda: reached(f"{at}/healthz"), "the web answers")
    expect(httpx.get(f"{at}/healthz").json() == {"process": "ok"}, "/healthz")
    expect(
        httpx.get(f"{at}/readyz").json() == {"database": "ok", "redis": "ok"}, "/readyz: database and Redis"
    )
    desk = by_name(machine)
    form = {"login": LOGIN, "password": PASSWORD, "code": pyotp.TOTP(totp).now()}
    expect("登录" in desk.get("/admin/sign-in").text, "the sign-in page, through nginx and TLS")
    expect(desk.post("/admin/sign-in", data=form).status_code == 303, "the first administrator is let in")
    home = desk.get("/admin")
    expect(home.status_code == 200 and "退出" in home.text, "the home page of the console")
    expect(httpx.get(f"http://{HOST}/admin").status_code == 301, "http:// leads to https://")
    until(lambda: "requests_total" in httpx.get(f"{at}/metrics").text, "/metrics counts it")


def by_name(machine: Machine) -> httpx.Client:
    """Reach the machine by its name, whose certificate nobody else vouches for."""
    ask = socket.getaddrinfo

    def here(host: str, *rest: object, **more: object) -> object:
        return ask("127.0.0.1" if host == HOST else host, *rest, **more)  # type: ignore[arg-type]

    socket.getaddrinfo = here  # type: ignore[assignment]
    context = ssl.create_default_context(cafile=str(machine.root / "etc/nginx/tls/alliance.pem"))
    return httpx.Client(base_url=f"https://{HOST}", timeout=30, verify=context)


def reached(address: str) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(address, timeout=5).status_code == 200
    return False


def hardened(machine: Machine) -> None:
    """Look from inside the services at what their units promise."""
    print("what the units promise", flush=True)
    uid = machine.run("id -u alliance", quiet=True).strip()
    for unit, memory in (("alliance-web", 2 << 30), ("alliance-worker", 1 << 30)):
        pid = machine.show(unit, "MainPID")
        status = dict(
            line.split(":\t", 1)
            for line in machine.run(f"cat /proc/{pid}/status", quiet=True).splitlines()
            if ":\t" in line
        )
        expect(status["Uid"].split() == [uid] * 4, f"{unit} runs as alliance")
        expect(status["NoNewPrivs"] == "1" and not int(status["CapBnd"], 16), f"{unit} can gain no privilege")
        expect(
            status["Umask"] == "0077" and status["CapEff"] == "0" * 16,
            f"{unit} keeps what it writes to itself",
        )
        inside = f"nsenter -t {pid} -m -S {uid} -G {uid} bash -c"
        for place in ("/etc", "/opt/alliance", "/usr", "/var/lib", "/var/log", "/root"):
            machine.run(f"{inside} 'touch {place}/a-try'", fails=True, quiet=True)
        as_root = f"nsenter -t {pid} -m bash -c"
        said = machine.run(
            f"{as_root} 'touch /etc/a-try /usr/a-try /opt/alliance/a-try'", fails=True, quiet=True
        )
        expect(said.count("Read-only file system") == 3, f"{unit} sees a disk that root himself cannot write")
        machine.run(f"{inside} 'touch /var/lib/alliance/a-try && rm /var/lib/alliance/a-try'", quiet=True)
        machine.run("touch /tmp/of-the-machine /home/of-the-machine", quiet=True)
        seen = machine.run(f"{as_root} 'ls /tmp /home /root'", quiet=True)
        expect("of-the-machine" not in seen, f"{unit} has a /tmp of its own and no /home")
        limit = machine.run(
            f"cat /sys/fs/cgroup/memory/system.slice/{unit}.service/memory.limit_in_bytes 2>/dev/null"
            f" || cat /sys/fs/cgroup/system.slice/{unit}.service/memory.max",
            quiet=True, cgroup=True,
        )  # fmt: skip
        expect(limit.strip() == str(memory), f"{unit} has at most {memory >> 30} GiB")
    pid = machine.show("alliance-web", "MainPID")
    # systemd can give no more than it was itself begun with here.
    most = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    limits = machine.run(f"cat /proc/{pid}/limits", quiet=True)
    expect(re.search(rf"Max open files +{most} +{most}", limits), f"{most} files (as many as may be here)")
    folder = machine.run(
        "stat -c '%a %U' /var/lib/alliance /var/lib/alliance/trail-checkpoints.jsonl", quiet=True
    )
    expect(folder.split() == ["700", "alliance", "600", "alliance"], "nobody else reads the data folder")


def drains(machine: Machine) -> None:
    print("stop and restart", flush=True)
    web, worker = "alliance-web", "alliance-worker"
    slow = socket.create_connection(("127.0.0.1", 8000))
    form = b"login=nobody&password=a-password-of-nobody&code=000000"
    head = (
        f"POST /admin/sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    )
    slow.sendall(f"{head}Content-Length: {len(form)}\r\n\r\n".encode() + form[:20])
    time.sleep(1)
    began = time.monotonic()
    stopping = subprocess.Popen(
        ["nsenter", "-t", str(machine.leader), "-m", "-p", "systemctl", "stop", web], env=EMPTY
    )
    time.sleep(2)
    asked = time.monotonic()
    expect(not reached("http://127.0.0.1:8000/healthz"), "systemctl stop: nobody new is let in")
    expect("请稍等" in by_name(machine).get("/admin").text, "and people read “请稍等”")
    expect(time.monotonic() - asked < 3, "at once")
    slow.sendall(form[20:])
    slow.settimeout(20)
    answer = slow.recv(65536).decode(errors="replace")
    expect(answer.startswith("HTTP/1.1 422"), f"the request in hand is answered: {answer.splitlines()[0]}")
    stopping.wait(90)
    expect(
        machine.show(web, "Result") == "success",
        f"it stops by itself, after {time.monotonic() - began:.1f} s",
    )
    began = time.monotonic()
    machine.run(f"systemctl stop {worker}")
    expect(
        machine.show(worker, "Result") == "success",
        f"so does the worker, after {time.monotonic() - began:.1f} s",
    )
    machine.run(f"systemctl start {web} {worker}")
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "they are back")
    machine.run(f"systemctl restart {web} {worker}")
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "they are back")


def comes_back(machine: Machine) -> None:
    print("kill -9", flush=True)
    web, worker = "alliance-web", "alliance-worker"
    for unit in (web, worker):
        before = machine.show(unit, "MainPID")
        machine.run(f"systemctl kill -s KILL --kill-whom=main {unit}")
        until(
            lambda before=before, unit=unit: machine.show(unit, "MainPID") not in {before, "0"},
            "another process",
        )
        expect(machine.show(unit, "NRestarts") == "1", f"kill -9 of {unit}: systemd starts it again")
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "it answers")
    main = machine.show(web, "MainPID")
    one = machine.run(f"pgrep -P {main} | tail -1", quiet=True).strip()
    machine.run(f"kill -9 {one}")
    until(
        lambda: one not in (now := machine.run(f"pgrep -P {main}", quiet=True).split()) and len(now) == 2,
        "two again",
    )
    expect(machine.show(web, "MainPID") == main, "kill -9 of one web process: the supervisor starts another")
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "it answers")
    machine.run("systemctl stop mariadb")
    answer = httpx.get("http://127.0.0.1:8000/readyz", timeout=30)
    expect(answer.status_code == 503, "without the database it is not ready, and says so")
    machine.run("systemctl start mariadb")
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "it finds the database again")
    expect(machine.show(web, "MainPID") == main, "without having been started again")


def daily(machine: Machine) -> None:
    print("what is done every day", flush=True)
    listed = machine.type("systemctl list-timers 'alliance-*'")
    for timer in ("alliance-backup.timer", "alliance-daily@check.timer", "alliance-daily@verify-audit.timer"):
        expect(timer in listed, f"{timer} waits for its hour")
    expect(machine.run("ls /backup/*/complete").strip(), "a whole backup lies in /backup")
    said = machine.run("journalctl -o cat -u 'alliance-daily@*'")
    expect("all invariants hold" in said, "check has run")
    expect(re.search(r"\bsound\b", said) and "NOT" not in said, "verify-audit has run")
    # As at the hour itself: systemd, not a person, starts it.
    machine.run(
        "systemctl set-property --runtime alliance-backup.service Nice=10 2>/dev/null || true", quiet=True
    )
    before = len(machine.run("ls -d /backup/*", quiet=True).split())
    machine.write("/run-once/override.conf", "[Timer]\nOnCalendar=\nOnActiveSec=2s\nAccuracySec=1s\n")
    machine.run(
        "install -D -m 644 /run-once/override.conf /run/systemd/system/alliance-backup.timer.d/override.conf"
        " && systemctl daemon-reload && systemctl restart alliance-backup.timer"
    )
    until(
        lambda: len(machine.run("ls -d /backup/*", quiet=True).split()) > before,
        "the timer makes one more backup",
    )
    until(lambda: machine.show("alliance-backup", "ActiveState") == "inactive", "it ends")
    expect(machine.show("alliance-backup", "Result") == "success", "the timer has made one more backup")
    machine.run("rm -r /run-once /run/systemd/system/alliance-backup.timer.d && systemctl daemon-reload")


def prove(machine: Machine) -> None:
    install(machine)
    totp = begin(machine)
    answers(machine, totp)
    doctor(machine)
    followed(machine, totp)
    hardened(machine)
    daily(machine)
    drains(machine)
    comes_back(machine)
    print("the machine is switched off and on again", flush=True)
    machine.off()
    machine.boot()
    until(lambda: reached("http://127.0.0.1:8000/readyz"), "everything is up by itself", 120)
    doctor(machine)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--folder", type=Path, help="where the Debian and the machine lie; else a folder that is taken away"
    )
    parser.add_argument("--keep", action="store_true", help="leave the machine's files")
    parsed = parser.parse_args()
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing or os.geteuid():
        sys.exit(f"as root, with: {' '.join(missing)}")
    folder = parsed.folder or Path(tempfile.mkdtemp(prefix="on-systemd-", dir="/var/tmp"))
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(debian(folder))
    try:
        machine.boot()
        prove(machine)
    finally:
        machine.off()
        if not parsed.keep:
            shutil.rmtree(folder if not parsed.folder else folder / "machine")


if __name__ == "__main__":
    main()
