"""A Label Studio that goes wrong on demand: as much of its API as the SDK needs to push and pull, in memory.

A fault is asked for with :meth:`FakeServer.break_next`. Every reply sets a cookie and says a secret in its headers, so
that a message that repeats either is noticed.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.server
import json
import re
import threading
import time
import urllib.parse
from collections.abc import Iterator
from typing import Any

TOKEN = "fedcba9876543210fedcba9876543210fedcba98"
COOKIE = "cookie-that-nobody-may-see"
PAGE = "<!doctype html><html><head><title>Oops</title></head><body>A page of a proxy.</body></html>"

FAULTS = (
    "drop-before",  # the connection drops before anything is done
    "drop-after",  # … after everything is done
    "500",
    "502-html",
    "301",
    "401",
    "404-html",
    "slow",  # done, but later than the client waits
    "truncated",  # done, and half of the reply arrives
    "short",  # done, but the reply counts a task too few
    "double-page",  # a page of a listing repeats the one before
)


def jwt(**claims: Any) -> str:
    def part(value: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}.{'s' * 43}"


class FakeServer:
    def __init__(self, *, slow: float = 1.3) -> None:
        self.slow = slow
        self.lock = threading.Lock()
        self.projects: dict[int, dict[str, Any]] = {}
        self.tasks: dict[int, dict[str, Any]] = {}
        self.predictions: dict[int, dict[str, Any]] = {}
        self.exports: dict[int, dict[str, Any]] = {}
        self.requests: list[str] = []
        self.working = 0
        self.faults: list[tuple[str, str]] = []
        self.access = jwt(token_type="access", exp=time.time() + 300)
        self.tokens = {f"Token {TOKEN}", f"Bearer {self.access}"}
        server = self

        class Handler(_Handler):
            fake = server

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    @contextlib.contextmanager
    def at_work(self, slowly: bool) -> Iterator[None]:
        self.working += 1
        try:
            time.sleep(self.slow if slowly else 0)
            with self.lock:
                yield
        finally:
            self.working -= 1

    def settle(self) -> None:
        """Wait until nothing is being done any more."""
        while self.working:
            time.sleep(0.01)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()

    def break_next(self, fault: str, where: str, times: int = 1) -> None:
        """Let the next requests go wrong whose "METHOD path" matches ``where``."""
        self.faults += [(fault, where)] * times

    def next_id(self, table: dict[int, Any]) -> int:
        return max(table, default=0) + 1

    def documents(self, project: int) -> list[tuple[str, str]]:
        """Id and hash of every task, in order."""
        return [
            (t["data"].get("doc_id"), t["data"].get("sha256")) for t in self.tasks.values() if t["project"] == project
        ]

    def remove_newest(self) -> None:
        task, _ = self.tasks.popitem()
        self.predictions = {n: p for n, p in self.predictions.items() if p["task"] != task}

    def of_task(self, task: int) -> list[dict[str, Any]]:
        return [p for p in self.predictions.values() if p["task"] == task]


class _Handler(http.server.BaseHTTPRequestHandler):
    fake: FakeServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments: object) -> None:
        pass

    def do(self) -> None:
        path, _, query = self.path.partition("?")
        self.query = dict(urllib.parse.parse_qsl(query))
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.body = json.loads(raw) if raw else None
        name = f"{self.command} {path.rstrip('/')}"
        with self.fake.lock:
            self.fake.requests.append(name)
            fault = next((f for f in self.fake.faults if re.fullmatch(f[1], name)), None)
            if fault:
                self.fake.faults.remove(fault)
        self.reply(name, fault[0] if fault else "")

    do_GET = do_POST = do_PATCH = do_DELETE = do

    def reply(self, name: str, fault: str) -> None:
        if fault == "drop-before":
            self.drop()
        elif fault in ("500", "502-html", "404-html"):
            detail = {"500": {"detail": "A server error occurred."}}.get(fault, PAGE)
            self.answer(int(fault[:3]), detail)
        elif fault == "301":
            self.answer(301, "", Location=f"https://elsewhere.example{self.path}")
        elif fault == "401":
            self.answer(401, {"detail": "Invalid token."})
        else:
            with self.fake.at_work(fault == "slow"):
                status, answer = self.carry_out(name, fault)
            if fault == "drop-after":
                self.drop()
            elif fault != "slow":
                self.answer(status, answer, cut=fault == "truncated")
            else:
                with contextlib.suppress(OSError):
                    self.answer(status, answer)

    def drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(2)

    def answer(self, status: int, body: Any, *, cut: bool = False, **headers: str) -> None:
        data = body.encode() if isinstance(body, str) else json.dumps(body, ensure_ascii=False).encode()
        data = data[: len(data) // 2] if cut else data
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if isinstance(body, str) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Set-Cookie", f"sessionid={COOKIE}; Path=/")
        for key, value in headers.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)

    def carry_out(self, name: str, fault: str) -> tuple[int, Any]:
        fake = self.fake
        if name == "POST /api/token/refresh":
            return 200, {"access": fake.access}
        if self.headers.get("Authorization") not in fake.tokens:
            return 401, {"detail": "Invalid token."}
        if name == "GET /api/current-user/whoami":
            return 200, {"id": 1, "email": "admin@example.com"}
        if name == "GET /api/projects":
            found = [{"id": p["id"], "title": p["title"]} for p in fake.projects.values()]
            return 200, {"count": len(found), "results": found, "next": None, "previous": None}
        if name == "POST /api/projects":
            number = fake.next_id(fake.projects)
            fake.projects[number] = {"id": number, "model_version": "", **self.body}
            return 201, fake.projects[number]
        if name == "GET /api/tasks":
            return self.list_tasks(fault)
        if name == "GET /api/predictions":
            return 200, fake.of_task(int(self.query["task"]))
        if name == "POST /api/predictions":
            return 201, self.add_prediction(self.body)
        found = re.fullmatch(r"(GET|POST|PATCH|DELETE) /api/(projects|tasks|predictions)/(\d+)(/.*)?", name)
        assert found, f"the fake does not know {name}"
        method, table, number, rest = found.group(1), found.group(2), int(found.group(3)), found.group(4) or ""
        if number not in getattr(fake, table):
            return 404, {"detail": "No Project matches the given query."}
        if table == "projects" and rest:
            return self.project(method, number, rest, fault)
        kept = getattr(fake, table)[number]
        if method == "PATCH":
            kept.update(self.body)
        counts = {"task_number": len(fake.documents(number))} if table == "projects" else {}
        return 200, kept | counts

    def project(self, method: str, project: int, rest: str, fault: str) -> tuple[int, Any]:
        fake = self.fake
        if (method, rest) == ("POST", "/import"):
            for task in self.body:
                number = fake.next_id(fake.tasks)
                overlap = fake.projects[project]["maximum_annotations"]
                fake.tasks[number] = {"id": number, "project": project, "data": task["data"], "annotations": []}
                fake.tasks[number]["overlap"] = overlap
                for prediction in task.get("predictions", []):
                    self.add_prediction({"task": number, **prediction})
            return 201, {"task_count": len(self.body) - (fault == "short")}
        if rest == "/exports":
            if method == "POST":
                number = fake.next_id(fake.exports)
                written = json.dumps(self.export(project), ensure_ascii=False).encode()
                digest = hashlib.md5(written).hexdigest()
                made = {"id": number, "title": self.body["title"], "status": "completed", "md5": digest}
                fake.exports[number] = made
                return 201, made
            return 200, list(fake.exports.values())
        number = int(rest.split("/")[2])
        if method == "DELETE":
            del fake.exports[number]
            return 204, ""
        return 200, self.export(project)

    def export(self, project: int) -> list[dict[str, Any]]:
        fake = self.fake
        return [t | {"predictions": fake.of_task(t["id"])} for t in fake.tasks.values() if t["project"] == project]

    def list_tasks(self, fault: str) -> tuple[int, Any]:
        fake = self.fake
        tasks = [t for t in fake.tasks.values() if t["project"] == int(self.query["project"])]
        size, page = int(self.query["page_size"]), int(self.query["page"])
        if fault == "double-page":
            page = max(1, page - 1)
        listed = [
            {
                "id": t["id"],
                "data": t["data"],
                "is_labeled": bool(t["annotations"]),
                "overlap": t["overlap"],
                "total_predictions": len(fake.of_task(t["id"])),
            }
            for t in tasks[(page - 1) * size : page * size]
        ]
        return 200, {"total": len(tasks), "total_annotations": 0, "total_predictions": 0, "tasks": listed}

    def add_prediction(self, prediction: dict[str, Any]) -> dict[str, Any]:
        number = self.fake.next_id(self.fake.predictions)
        self.fake.predictions[number] = {"id": number, **prediction}
        return self.fake.predictions[number]
