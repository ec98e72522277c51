"""Our import, sent to a real Label Studio over plain HTTP and read back.

Runs where a ``label-studio`` is found: $LABEL_STUDIO_BIN, .venv-labelstudio/bin of the checkout, or the PATH. It gets
its own data folder and a port of its own on loopback, and is stopped at the end.
"""

from __future__ import annotations

import contextlib
import http.cookiejar
import http.server
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from annotate.labeling import export

TOKEN = "0123456789abcdef0123456789abcdef01234567"
PASSWORD = "loopback-only-1"
START_SECONDS = 240  # 35 s on an idle machine; the first start makes the data base


def find_server() -> str | None:
    beside = Path(__file__).parents[2] / ".venv-labelstudio" / "bin" / "label-studio"
    return os.environ.get("LABEL_STUDIO_BIN") or (str(beside) if beside.is_file() else shutil.which("label-studio"))


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_server() is None,
        reason="no label-studio: python -m venv .venv-labelstudio; .venv-labelstudio/bin/pip install label-studio",
    ),
]


class Server:
    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, method: str, path: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body).encode() if not isinstance(body, bytes) else body
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("Authorization", f"Token {TOKEN}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("label-studio")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [find_server(), "start", "--no-browser", "--internal-host", "127.0.0.1", "--port", str(port)]
    command += ["--data-dir", str(folder / "data"), "--username", "admin@example.com", "--password", PASSWORD]
    command += ["--user-token", TOKEN, "--enable-legacy-api-token"]
    # Nothing may leave the machine.
    environment = os.environ | {"LATEST_VERSION_CHECK": "false", "COLLECT_ANALYTICS": "false", "SENTRY_DSN": ""}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True, cwd=folder)
    call = Server(f"http://127.0.0.1:{port}")
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"label-studio did not start: {(folder / 'log').read_text(errors='replace')[-2000:]}")
            with contextlib.suppress(OSError, ValueError):
                if call("GET", "/health")["status"] == "UP":
                    break
            time.sleep(0.5)
        yield call
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)


TEXTS = {
    "astral": "🚀🚀 𝒜 The teh rocket.\r\nA caf\u0065\u0301 line\u2028 <b>not</b> &amp; html and theMS rocket. ",
    "plain": "Nothing is wrong here at all.",
    "many": "word " * 400,
}


@pytest.fixture(scope="module")
def exported(tmp_path_factory, make):
    folder = tmp_path_factory.mktemp("export")
    text = TEXTS["astral"]
    astral = [
        make.flag(text, "teh", "spelling", score=0.83, evidence={"meant": "the", "note": "<script>&\"'"}),
        make.flag(text, "\r\nA cafe\u0301", "garbled", severity="major", score=1.0),
        make.flag(text, "e\u0301 line\u2028 <b>not</b>", "untranslated", severity="critical", score=0.0),
    ]
    many = [make.flag(TEXTS["many"], "word", "duplicated", at=5 * i, score=i / 400) for i in range(0, 400, 8)]
    flags = {"astral": astral, "plain": [], "many": many}
    scores = make.scores(folder / "scores.jsonl", *(make.record(i, TEXTS[i], flags[i]) for i in TEXTS))
    export(scores, [make.document(i, text) for i, text in TEXTS.items()], folder / "out")
    return folder / "out"


def make_project(server, folder: Path, title: str) -> int:
    config = (folder / "config.xml").read_text()
    return server("POST", "/api/projects/", {"title": title, "label_config": config})["id"]


def test_everything_survives_the_server(server, exported, make):
    project = make_project(server, exported, "round trip")
    sent = json.loads((exported / "tasks.json").read_text())
    reply = server(
        "POST", f"/api/projects/{project}/import?commit_to_project=true", (exported / "tasks.json").read_bytes()
    )
    assert (reply["task_count"], reply["prediction_count"]) == (len(sent), len(sent))

    tasks = server("GET", f"/api/tasks?project={project}&fields=all&page_size=100")["tasks"]
    back = {task["data"]["doc_id"]: task for task in tasks}
    assert set(back) == set(TEXTS)
    for task in sent:
        stored = back[task["data"]["doc_id"]]
        assert stored["data"] == task["data"]
        (prediction,) = stored["predictions"]
        (ours,) = task["predictions"]
        assert prediction["result"] == ours["result"]
        assert (prediction["model_version"], prediction["score"]) == (make.signature, ours["score"])
        for result in prediction["result"]:
            if "start" in result["value"]:
                value = result["value"]
                assert stored["data"]["text"][value["start"] : value["end"]] == value["text"]


def test_the_label_stream_shows_our_predictions(server, exported, make):
    project = make_project(server, exported, "label stream")
    server("POST", f"/api/projects/{project}/import", (exported / "tasks.json").read_bytes())
    assert server("GET", f"/api/projects/{project}")["model_version"] == make.signature
    served = server("GET", f"/api/projects/{project}/next")
    assert [p["model_version"] for p in served["predictions"]] == [make.signature]


def test_a_blind_import_holds_no_prediction(server, tmp_path, make):
    text = TEXTS["plain"]
    scores = make.scores(tmp_path / "scores.jsonl", make.record("plain", text, [make.flag(text, "wrong", "spelling")]))
    export(scores, [make.document("plain", text)], tmp_path / "out", blind=True)
    project = make_project(server, tmp_path / "out", "blind arm")
    reply = server("POST", f"/api/projects/{project}/import", (tmp_path / "out" / "tasks.json").read_bytes())
    assert (reply["task_count"], reply["prediction_count"]) == (1, 0)


def test_a_configuration_with_a_dangling_control_is_refused_by_the_server_too(server, exported):
    config = (exported / "config.xml").read_text().replace('toName="text" perRegion', 'toName="nope" perRegion', 1)
    with pytest.raises(urllib.error.HTTPError) as refused:
        server("POST", "/api/projects/", {"title": "broken", "label_config": config})
    assert refused.value.code == 400


def find_browser() -> str | None:
    return next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )


def logged_in(server) -> str:
    """The cookies of a browser's session."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{server.url}/user/login", timeout=60).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    form = {"csrfmiddlewaretoken": token, "email": "admin@example.com", "password": PASSWORD}
    request = urllib.request.Request(f"{server.url}/user/login", urllib.parse.urlencode(form).encode())
    request.add_header("Referer", f"{server.url}/user/login")
    browser.open(request, timeout=60).read()
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


@contextlib.contextmanager
def proxy_with_cookies(server, cookies: str):
    """Pass requests on with the session's cookies, so that a browser needs no login of its own."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            request = urllib.request.Request(
                server.url + self.path, self.rfile.read(length) or None, method=self.command
            )
            for name in ("Content-Type", "Accept"):
                if self.headers.get(name):
                    request.add_header(name, self.headers[name])
            request.add_header("Cookie", cookies)
            request.add_header("X-CSRFToken", dict(c.split("=", 1) for c in cookies.split("; ")).get("csrftoken", ""))
            request.add_header("Referer", server.url + "/")
            try:
                reply = urllib.request.urlopen(request, timeout=60)
            except urllib.error.HTTPError as error:
                reply = error
            with reply:
                body = reply.read()
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.headers.get("Content-Type", "text/plain"))
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = pass_on

        def log_message(self, *arguments: object) -> None:
            pass

    proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=proxy.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{proxy.server_port}"
    finally:
        proxy.shutdown()
        proxy.server_close()


@pytest.mark.skipif(find_browser() is None, reason="no Chromium found: apt install chromium")
def test_the_page_marks_the_very_words(server, tmp_path, make):
    text = "🚀🚀 𝒜 The teh rocket.\r\nA cafe\u0301 line, theMS rocket, and Follow us!"
    words = ["teh", "cafe\u0301", "theMS rocket", "Follow us!"]
    flags = [make.flag(text, w, "spelling") for w in words]
    scores = make.scores(tmp_path / "scores.jsonl", make.record("page", text, flags))
    export(scores, [make.document("page", text, title="A headline")], tmp_path / "out")
    project = make_project(server, tmp_path / "out", "page")
    server("POST", f"/api/projects/{project}/import", (tmp_path / "out" / "tasks.json").read_bytes())
    task = server("GET", f"/api/tasks?project={project}")["tasks"][0]["id"]
    with proxy_with_cookies(server, logged_in(server)) as url:
        command = [
            find_browser(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path / 'profile'}",
        ]
        command += ["--virtual-time-budget=30000", "--dump-dom", f"{url}/projects/{project}/data?task={task}"]
        page = subprocess.run(command, capture_output=True, timeout=120, check=True).stdout.decode()
    shown = re.findall(r'<span class="[^"]*htx-highlight[^"]*"[^>]*>([^<]*)</span>', page)
    assert shown == words
    assert "A headline" in page
