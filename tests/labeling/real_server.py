"""A real Label Studio for the tests of a whole session, as a pytest plugin: ``pytest_plugins = ["real_server"]``.

It is looked for in $LABEL_STUDIO_BIN, .venv-labelstudio/bin of the checkout, and the PATH. It gets its own data folder
and a port of its own on loopback, and is stopped at the end.
"""

from __future__ import annotations

import contextlib
import functools
import http.cookiejar
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from annotate.labeling.client import Server

TOKEN = "0123456789abcdef0123456789abcdef01234567"
EMAIL = "admin@example.com"
PASSWORD = "loopback-only-1"
START_SECONDS = 400  # 35 s on an idle machine, 180 s on a busy one; the first start makes the data base


def find_server() -> str | None:
    beside = Path(__file__).parents[2] / ".venv-labelstudio" / "bin" / "label-studio"
    return os.environ.get("LABEL_STUDIO_BIN") or (str(beside) if beside.is_file() else shutil.which("label-studio"))


class LabelStudio:
    email = EMAIL
    password = PASSWORD

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, method: str, path: str, body: object = None, token: str = f"Token {TOKEN}") -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": token, "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as reply:
            raw = reply.read()
            return json.loads(raw) if raw else None

    def connect(self, token: str = TOKEN) -> Server:
        return Server(self.url, token, timeout=120)

    @functools.cached_property
    def personal_token(self) -> str:
        return self("POST", "/api/token/")["token"]

    def tasks(self, project: int) -> dict[str, dict[str, Any]]:
        """Every task with all that belongs to it, by document."""
        found = self("GET", f"/api/tasks?project={project}&fields=all&page_size=1000")["tasks"]
        by_document = {task["data"]["doc_id"]: task for task in found}
        assert len(by_document) == len(found), "a document is there more than once"
        return by_document

    def annotate(self, task: dict[str, Any], result: list[dict[str, Any]], **known: Any) -> dict[str, Any]:
        body = {"result": result, "lead_time": 12.5} | known
        return self("POST", f"/api/tasks/{task['id']}/annotations/", body)

    def sign_up(self, email: str) -> int:
        """Make another annotator, in the way that one does it: by the link of an invitation."""
        link = self("GET", "/api/invite")["invite_url"]
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        page = browser.open(urllib.parse.urljoin(self.url, link), timeout=60).read().decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
        form = {"csrfmiddlewaretoken": token, "email": email, "password": PASSWORD, "how_find_us": "", "elaborate": ""}
        address = urllib.parse.urljoin(self.url, link)
        request = urllib.request.Request(address, urllib.parse.urlencode(form).encode(), {"Referer": address})
        browser.open(request, timeout=60).read()
        return next(user["id"] for user in self("GET", "/api/users/") if user["email"] == email)


@contextlib.contextmanager
def run_server(folder: Path) -> Any:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [find_server(), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder / "data"), "--username", EMAIL, "--password", PASSWORD]
    command += ["--user-token", TOKEN, "--enable-legacy-api-token"]
    # Nothing may leave the machine.
    environment = os.environ | {"LATEST_VERSION_CHECK": "false", "COLLECT_ANALYTICS": "false", "SENTRY_DSN": ""}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True, cwd=folder)
    server = LabelStudio(f"http://127.0.0.1:{port}")
    server.pid = process.pid
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(
                    f"label-studio did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}"
                )
            with contextlib.suppress(OSError, ValueError):
                if server("GET", "/health")["status"] == "UP":
                    break
            time.sleep(0.5)
        yield server
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


@pytest.fixture(scope="session")
def label_studio(tmp_path_factory):
    if find_server() is None:
        pytest.skip("no label-studio: python -m venv .venv-labelstudio; .venv-labelstudio/bin/pip install label-studio")
    with run_server(tmp_path_factory.mktemp("label-studio")) as server:
        yield server
