"""``annotate serve`` as a process on loopback, and what it refuses to start with."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from annotate.cli.serve import command
from annotate.errors import AnnotateError
from annotate.labeling.configuration import labeling_config

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_real_server_answers_and_stops_when_told(tmp_path, number):
    secret = tmp_path / "auth"
    secret.write_text("ana:pass word\n")
    arguments = [COMMAND, "serve", "--port", "0", "--auth-file", str(secret), "--max-tasks", "2"]
    server = subprocess.Popen(arguments, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        began = server.stderr.readline()
        found = re.fullmatch(r"Serving annotate\|v:\S+ on (http://127\.0\.0\.1:\d+); Ctrl\+C stops\.\n", began)
        assert found, began + server.stderr.read()
        with httpx.Client(base_url=found[1], auth=("ana", "pass word"), timeout=30) as client:
            assert client.get("/health").json()["status"] == "UP"
            tasks = [{"id": 1, "data": {"text": "The bridge will open in spring, the the minister said."}}]
            asked = {"tasks": tasks, "label_config": labeling_config()}
            (result,) = client.post("/predict", json=asked).json()["results"]
            assert "the the" in [r["value"].get("text") for r in result["result"]]
            assert client.post("/predict", json={**asked, "tasks": tasks * 3}).status_code == 413
        assert httpx.get(f"{found[1]}/health").status_code == 401
        server.send_signal(number)
        out, err = server.communicate(timeout=30)
    finally:
        server.kill()
        server.wait()
    assert server.returncode == 0
    assert out == ""
    lines = [re.sub(r"^\S+ \S+ |\d+\.\d\d s", "", line) for line in err.splitlines()]
    assert lines[:2] == ["GET /health 200, ", "POST /predict 200, , 1 task"]
    assert lines[2].startswith("POST /predict 413, , 3 tasks, The request has 3 tasks")
    assert lines[3:] == ["GET /health 401, ", "Stopped."]


def serve(*arguments):
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)


def test_a_port_that_is_taken_is_named():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AnnotateError, match=f"Cannot listen on 127.0.0.1, port {port}: Address already in use; "):
            serve("--port", port)


def test_a_host_that_is_none_is_named():
    with pytest.raises(AnnotateError, match=r"Cannot listen on no\.such\.host\.invalid: .*; give another --host\."):
        serve("--port", 0, "--host", "no.such.host.invalid")


@pytest.mark.parametrize(
    ("auth", "warning"),
    [
        (None, "this server has no authentication."),
        ("ana:word", "this server sends name, password and texts unencrypted."),
    ],
)
def test_a_host_that_others_can_reach_is_warned_of(monkeypatch, auth, warning):
    monkeypatch.setattr("annotate.serve.server.run", lambda app, opened: None)
    if auth:
        monkeypatch.setenv("ANNOTATE_SERVE_AUTH", auth)
    said = serve("--host", "0.0.0.0", "--port", 0).stderr
    assert said.startswith(f"Warning: 0.0.0.0 can be reached from other machines, and {warning}\nServing annotate|v:")
    assert "word" not in said.replace("password", "")
    assert "Warning" not in serve("--port", 0).stderr


@pytest.mark.parametrize("content", ["", "ana", "ana:", ":word", "ana:wörd", "ana:word\nmore"])
def test_a_file_without_name_and_password_is_refused_without_showing_it(tmp_path, content):
    path = tmp_path / "auth"
    path.write_text(content)
    with pytest.raises(AnnotateError) as refused:
        serve("--port", 0, "--auth-file", path)
    assert str(refused.value) == f"{path} must hold NAME:PASSWORD on one line, in ASCII."


def test_a_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "starlette", None)
    with pytest.raises(AnnotateError, match=re.escape("pip install 'annotate[serve]'")):
        serve("--port", 0)
