"""Show the mini-program in a browser beside a running town: `python -m tests.miniprogram.showing [port]`.

Every start compiles it anew. Calls of the API are handed on to $API (http://127.0.0.1:8000), so that any browser will do.
"""

import functools
import http.client
import http.server
import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from server.demo import cast
from tests.miniprogram.conftest import STAFF_PHONES
from tests.miniprogram.tools import build_host, ready_or_reason

API = os.environ.get("API", "http://127.0.0.1:8000")
NOT_HANDED_ON = {"connection", "transfer-encoding", "content-length", "host"}


class _Through(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.startswith("/api/"):
            self._hand_on()
        else:
            super().do_GET()

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {key: value for key, value in self.headers.items() if key.lower() not in NOT_HANDED_ON}
        wire = http.client.HTTPConnection(urlsplit(API).netloc, timeout=30)
        try:
            wire.request(self.command, self.path, body or None, headers)
            answer = wire.getresponse()
            said = answer.read()
        except OSError:
            self.send_error(502)
            return
        finally:
            wire.close()
        self.send_response(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in NOT_HANDED_ON:
                self.send_header(key, value)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_PUT = do_DELETE = _hand_on  # noqa: N815  named by http.server

    def log_message(self, *_: object) -> None:
        """Say nothing: addresses hold uids."""


PORT = 8001


def main() -> int:
    ready, reason = ready_or_reason()
    if not ready:
        sys.stderr.write(reason + "\n")
        return 1
    port = int(sys.argv[1]) if len(sys.argv) > 1 else PORT
    with tempfile.TemporaryDirectory() as folder:
        build_host(Path(folder))
        base = f"http://127.0.0.1:{port}"
        for each in cast.CAST:
            if each.persona:
                device = f"&device={STAFF_PHONES[each.persona]}" if each.persona in STAFF_PHONES else ""
                print(
                    f"  {each.name}  {base}/index.html?persona={each.persona}&api={base}{device}", flush=True
                )
        handler = functools.partial(_Through, directory=folder)
        http.server.ThreadingHTTPServer(("127.0.0.1", port), handler).serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
