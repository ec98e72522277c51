"""The protocol of Label Studio's ML backend as a Starlette application.

Nothing of a request but its route, its number of tasks and the name of a webhook's action is ever logged: ``/setup``
hands over the project owner's token, ``/predict`` the texts.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import logging
import re
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from annotate.errors import AnnotateError
from annotate.serve.predictions import Predictor, text_field

LOG: Final = logging.getLogger("annotate.serve")

MAX_TASKS: Final = 50
"""Tasks of one request: at ten documents a second they take a twentieth of the 100 s that Label Studio waits."""
MAX_BYTES: Final = 10_000_000
"""Bytes of one request's body."""

_T = TypeVar("_T")
_WEBHOOK: Final = "/webhook"
_ACTION: Final = re.compile(r"[A-Z_]{1,40}")


class _Task(msgspec.Struct, frozen=True):
    data: dict[str, Any]
    id: int | str | None = None


class _Predict(msgspec.Struct, frozen=True):
    tasks: list[_Task]
    label_config: str


class _Setup(msgspec.Struct, frozen=True):
    """Of ``/setup`` the configuration alone; the token that comes with it is not even decoded."""

    schema: str


class _Webhook(msgspec.Struct, frozen=True):
    action: str


class _TooMuchError(AnnotateError):
    """More than the server takes at once."""


def make_app(
    predictor: Predictor,
    *,
    max_tasks: int = MAX_TASKS,
    max_bytes: int = MAX_BYTES,
    credentials: tuple[str, str] | None = None,
) -> Starlette:
    """Make the application.

    Args:
        predictor: scores, in one thread, one text at a time: a single task does not wait for another request's batch.
        max_tasks: a request with more is refused (413).
        max_bytes: and so is a larger body.
        credentials: name and password in ASCII that every request but a webhook's must then give (HTTP basic
            authentication, RFC 7617).
    """
    scoring = ThreadPoolExecutor(max_workers=1, thread_name_prefix="scoring")

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        scoring.shutdown(cancel_futures=True)

    async def health(_: Request) -> Response:
        return _reply({"status": "UP", "model_class": "Annotate"})

    async def versions(_: Request) -> Response:
        return _reply({"versions": [predictor.model_version]})

    async def setup(request: Request) -> Response:
        text_field((await _decode(request, _Setup, max_bytes)).schema)
        return _reply({"model_version": predictor.model_version})

    async def webhook(request: Request) -> Response:
        action = (await _decode(request, _Webhook, max_bytes)).action
        _say(request, action if _ACTION.fullmatch(action) else "an action of another name")
        return _reply({"status": "ok"}, status_code=201)

    async def predict(request: Request) -> Response:
        asked = await _decode(request, _Predict, max_bytes)
        _say(request, f"{len(asked.tasks)} task{'' if len(asked.tasks) == 1 else 's'}")
        if len(asked.tasks) > max_tasks:
            raise _TooMuchError(
                f"The request has {len(asked.tasks)} tasks, more than the {max_tasks} this server takes at once; "
                "select fewer, use annotate label push for many, or raise --max-tasks."
            )
        field = text_field(asked.label_config)
        results: list[dict[str, Any]] = []
        for number, task in enumerate(asked.tasks, 1):
            if await request.is_disconnected():
                raise ClientDisconnect
            name = str(number if task.id is None else task.id)
            results.append(
                await asyncio.get_running_loop().run_in_executor(scoring, predictor.predict, task.data, field, name)
            )
        return _reply({"results": results})

    routes = [
        Route("/", health),
        Route("/health", health),
        Route("/versions", versions),
        Route("/setup", setup, methods=["POST"]),
        Route("/predict", predict, methods=["POST"]),
        Route(_WEBHOOK, webhook, methods=["POST"]),
    ]
    return Starlette(
        routes=routes,
        lifespan=life,
        middleware=[Middleware(_Door, paths={route.path for route in routes}, credentials=credentials)],
        exception_handlers={AnnotateError: _refuse, HTTPException: _no_such},
    )


def _reply(value: object, status_code: int = 200, headers: dict[str, str] | None = None) -> Response:
    # Encoded as the tasks of an export are, so that the bytes are the same.
    return Response(msgspec.json.encode(value), status_code, headers, media_type="application/json")


async def _decode(request: Request, kind: type[_T], max_bytes: int) -> _T:
    """Read a body within the limit and decode what is needed of it.

    Raises:
        AnnotateError: if it is too large, no JSON, or of another shape.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _TooMuchError(
                f"The request is larger than the {max_bytes:,} bytes this server takes; select fewer tasks, or raise "
                "--max-bytes."
            )
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error) if isinstance(error, msgspec.ValidationError) else "it is not valid JSON"
        raise AnnotateError(
            f"The request is not one of Label Studio ({what}); check the URL of the backend."
        ) from error


class _Door:
    """What every request passes: asks for name and password, logs one line, and lets no traceback out.

    Args:
        app: what is behind it.
        paths: those that are logged by name; of any other, nothing is.
        credentials: name and password to ask for.
    """

    def __init__(self, app: ASGIApp, paths: set[str], credentials: tuple[str, str] | None) -> None:
        self._app = app
        self._paths = paths
        self._expected = b"" if credentials is None else base64.b64encode(":".join(credentials).encode("ascii"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begin = time.perf_counter()
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        scope["said"] = []
        app = self._app if self._may_enter(scope) else _ASK
        try:
            await app(scope, receive, watched)
        except ClientDisconnect:
            scope["said"].append("gone before the answer")
        except Exception as error:  # noqa: BLE001 - logged, answered; its text may hold the request's
            scope["said"].append(_place(error))
            if not status:
                await _reply({"detail": _BROKEN}, status_code=500)(scope, receive, watched)
        path = scope["path"] if scope["path"] in self._paths else "another path"
        spent = f"{time.perf_counter() - begin:.2f} s"
        LOG.info("%s %s %d, %s", scope["method"], path, status, ", ".join([spent, *scope["said"]]))

    def _may_enter(self, scope: Scope) -> bool:
        # Label Studio gives its webhooks no credentials; ours does nothing but log.
        if not self._expected or scope["path"] == _WEBHOOK:
            return True
        given = dict(scope["headers"]).get(b"authorization", b"")
        kind, _, value = given.partition(b" ")
        return kind.lower() == b"basic" and hmac.compare_digest(value.strip(), self._expected)


_BROKEN: Final = "Scoring broke; the log of annotate serve says where. Please report it."
_ASK: Final = _reply(
    {"detail": "This server asks for a name and a password; give them with the backend's address (Basic Auth)."},
    status_code=401,
    headers={"WWW-Authenticate": 'Basic realm="annotate"'},
)


def _say(request: Request, what: str) -> None:
    request.scope["said"].append(what)


async def _refuse(request: Request, error: Exception) -> Response:
    # Label Studio shows its user the status and not the sentence, which is why it is in the log as well.
    said = str(error)
    _say(request, said if said.isprintable() and len(said) <= 400 else ascii(said)[:400])
    return _reply({"detail": said}, status_code=413 if isinstance(error, _TooMuchError) else 400)


async def _no_such(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    detail = "There is nothing here; an ML backend has /health, /setup, /predict, /webhook and /versions."
    return _reply({"detail": detail}, status_code=status)


def _place(error: BaseException) -> str:
    """Name an error by its kind and where it was raised: its text may hold some of the request."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"
