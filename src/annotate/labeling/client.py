"""The connection to a Label Studio server: requests that never say a secret, and errors of one sentence.

Goes through ``label-studio-sdk``, which renews access tokens. Three of its habits are switched off: it sends a request
again when the connection drops, whether or not the first one was carried out; it follows redirects, which turns an
import into a mere reading that looks like a success; and its exceptions print the reply's headers, cookies included.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, TypeVar
from urllib.parse import urlsplit

from annotate.errors import AnnotateError

TOKEN_VARIABLE: Final = "LABEL_STUDIO_API_KEY"  # noqa: S105 - the variable's name
URL_VARIABLE: Final = "LABEL_STUDIO_URL"
TIMEOUT: Final = 600.0
"""Seconds that a request may take: an import of 250 tasks takes one on an idle server, an export of 10,000 a minute."""
PAGE_TASKS: Final = 250
TITLE_LENGTHS: Final = range(3, 51)
"""Lengths of a project's title that the server takes."""

Fate = Literal["refused", "not done", "unknown"]
"""What became of a request that failed: the server said no, it never got so far, or it may have been carried out."""

_Answer = TypeVar("_Answer")
_ONCE: Final = {"max_retries": 0}


class ServerError(AnnotateError):
    """A request that failed.

    Args:
        message: one sentence, without a token, a cookie or a header.
        fate: what became of the request.
        status: of the reply, where there was one.
        timed_out: the server was still silent when we stopped waiting; it may still be at work.
    """

    def __init__(self, message: str, fate: Fate, *, status: int | None = None, timed_out: bool = False) -> None:
        super().__init__(message)
        self.fate = fate
        self.status = status
        self.timed_out = timed_out


def find_url(given: str | None) -> str:
    """Give the server's address: as given, else from ``LABEL_STUDIO_URL``.

    Raises:
        AnnotateError: if there is none, it is no web address, or it holds a password.
    """
    url = (given or os.environ.get(URL_VARIABLE, "")).strip().rstrip("/")
    if not url:
        raise AnnotateError(
            f"No server is named; give --url, as in --url http://localhost:8080, or set {URL_VARIABLE}."
        )
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AnnotateError("The server's address must begin with http:// or https:// and name a host.")
    if parts.username is not None or parts.query or parts.fragment:
        raise AnnotateError("The server's address must not hold a user, password or query; give the token by itself.")
    return url


def find_token(file: str | Path | None = None) -> str:
    """Read the token: from a file, else from ``LABEL_STUDIO_API_KEY``.

    Raises:
        AnnotateError: if there is none, or it is nothing that can be a token. The message never repeats it.
    """
    if file is not None:
        try:
            token, where = Path(file).read_text(encoding="utf-8").strip(), str(file)
        except (OSError, UnicodeDecodeError) as error:
            raise AnnotateError(f"Cannot read the token from {file}; check the path and its permissions.") from error
    else:
        token, where = os.environ.get(TOKEN_VARIABLE, "").strip(), TOKEN_VARIABLE
    if not token:
        raise AnnotateError(
            f"No token in {where}; copy one from Label Studio, Account & Settings, and set {TOKEN_VARIABLE} "
            "or give --token-file."
        )
    if not re.fullmatch(r"[!-~]+", token):
        raise AnnotateError(f"What {where} holds is no token: it has blanks or characters beyond ASCII; copy it again.")
    return token


class Server:
    """A Label Studio server that a token opens.

    Args:
        url: its address; a path before ``/api`` included.
        token: a personal access token, or a legacy token.
        timeout: seconds that a request may take.
        tries: how often a request is tried in all.
        pause: seconds before the second try; doubled before each further one.

    Raises:
        AnnotateError: if the SDK is missing, the token is refused, or there is no such server.
    """

    def __init__(self, url: str, token: str, *, timeout: float = TIMEOUT, tries: int = 4, pause: float = 1.0) -> None:
        try:
            import httpx
            from label_studio_sdk import LabelStudio
        except ImportError as error:
            raise AnnotateError(
                "Talking to Label Studio needs the extra labelstudio; pip install 'annotate[labelstudio]'."
            ) from error
        self.url = url
        self.tries = tries
        self._secret = token
        self._pause = pause
        self.timeout = timeout
        self._client = httpx.Client(timeout=httpx.Timeout(timeout, connect=min(timeout, 10.0)), follow_redirects=False)
        make: Any = LabelStudio
        try:
            self.sdk: Any = self.ask("log in", lambda: make(base_url=url, api_key=token, httpx_client=self._client))
            self.ask_again("log in", lambda: self.sdk.users.whoami(request_options=_ONCE))
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def wait(self, attempt: int) -> None:
        """Wait before another attempt; ``attempt`` counts from 0."""
        time.sleep(self._pause * 2**attempt)

    def ask(self, doing: str, request: Callable[[], _Answer]) -> _Answer:
        """Make one request, once.

        Args:
            doing: what for, to follow "could not".
            request: makes it.

        Raises:
            ServerError: if it fails in any way.
        """
        import httpx
        from label_studio_sdk.core.api_error import ApiError

        # From None throughout: the traceback of what went wrong inside would print headers.
        try:
            return request()
        except ApiError as error:
            raise self._from_reply(doing, error.status_code, error.body) from None
        except httpx.ConnectError:
            raise ServerError(
                f"Could not {doing}: nothing answers at {self.url}; is Label Studio running there?", "not done"
            ) from None
        except httpx.ConnectTimeout:
            raise ServerError(
                f"Could not {doing}: {self.url} cannot be reached; check the address.", "not done"
            ) from None
        except httpx.TimeoutException:
            raise ServerError(
                f"Could not {doing}: {self.url} did not answer within {self.timeout:g} s; it may still be at work.",
                "unknown",
                timed_out=True,
            ) from None
        except httpx.HTTPError:
            raise ServerError(f"Could not {doing}: {self.url} dropped the connection; try again.", "unknown") from None
        except (AttributeError, KeyError, TypeError, ValueError, httpx.InvalidURL):
            raise ServerError(
                f"Could not {doing}: {self.url} sent what Label Studio does not send; check the address and any proxy.",
                "unknown",
            ) from None

    def ask_again(self, doing: str, request: Callable[[], _Answer]) -> _Answer:
        """Make a request that changes nothing, or the same however often it is made, until it is answered.

        Raises:
            ServerError: if it is refused, or fails each of :attr:`tries` times.
        """
        for attempt in range(self.tries):
            try:
                return self.ask(doing, request)
            except ServerError as error:
                if error.fate == "refused" or attempt == self.tries - 1:
                    raise
            self.wait(attempt)
        raise AssertionError("tries is at least 1")

    def find_project(self, name: str) -> Any | None:
        """Find a project by its title or, if ``name`` is a number, by its id. None where no title is like that.

        Raises:
            ServerError: if the id is unknown or the server fails.
            AnnotateError: if several projects have the title.
        """
        if name.isdecimal():
            try:
                return self.project(int(name))
            except ServerError as error:
                if error.status == 404:
                    raise AnnotateError(f"{self.url} has no project {name}; give its title, or another id.") from None
                raise
        found = [project for project in self._projects() if project.title == name]
        if len(found) > 1:
            ids = ", ".join(str(project.id) for project in found)
            raise AnnotateError(f"{self.url} has {len(found)} projects called {name!r}; give the id of one ({ids}).")
        return self.project(found[0].id) if found else None

    def get_project(self, name: str) -> Any:
        """Find a project that must be there, as :meth:`find_project`.

        Raises:
            AnnotateError: if it is not.
        """
        found = self.find_project(name)
        if found is None:
            raise AnnotateError(f"{self.url} has no project {name!r}; annotate label push makes it.")
        return found

    def project(self, identity: int) -> Any:
        """Read a project.

        Raises:
            ServerError: if that fails.
        """
        return self.ask_again(
            f"read project {identity}", lambda: self.sdk.projects.get(identity, request_options=_ONCE)
        )

    def _projects(self) -> Iterator[Any]:
        page, seen = 1, 0
        while True:
            answer = self.ask_again(
                "list the projects",
                lambda page=page: self.sdk.projects.list(  # type: ignore[misc]
                    include="id,title", page=page, page_size=PAGE_TASKS, request_options=_ONCE
                ),
            )
            items = answer.items or []
            yield from items
            seen += len(items)
            page += 1
            if not items or seen >= (answer.response.count or 0):
                return

    def tasks(self, project: int) -> Iterator[Any]:
        """Yield the tasks of a project with their data, each once, a page in memory at a time.

        Raises:
            ServerError: if it fails, or tasks come and go while they are listed.
        """
        seen: set[int] = set()
        page, total = 1, 0
        while True:
            answer = self.ask_again(
                f"list the tasks of project {project}",
                lambda page=page: self._task_page(project, page),  # type: ignore[misc]
            )
            total = answer.response.total
            for task in answer.items:
                if task.id not in seen:
                    seen.add(task.id)
                    yield task
            if not answer.items or page * PAGE_TASKS >= total:
                break
            page += 1
        if len(seen) != total:
            raise ServerError(
                f"Could not list the tasks of project {project}: {self.url} listed {len(seen)} of {total}; try again.",
                "unknown",
            )

    def _task_page(self, project: int, page: int) -> Any:
        answer = self.sdk.tasks.list(
            project=project, fields="task_only", page=page, page_size=PAGE_TASKS, request_options=_ONCE
        )
        if not isinstance(answer.response.total, int) or not isinstance(answer.items, list):
            raise TypeError("no page of tasks")
        return answer

    def _from_reply(self, doing: str, status: int | None, body: Any) -> ServerError:
        said = self._detail(body)
        told = f" ({said})" if said else ""
        if status == 401:
            if "legacy token" in said:
                why = "this server takes no legacy tokens; make a personal access token in Account & Settings"
            elif "expired" in said:
                why = "the token has expired; make a new one in Account & Settings"
            else:
                why = f"{self.url} does not accept the token{told}; copy it again from Account & Settings"
            return ServerError(f"Could not {doing}: {why}.", "refused", status=status)
        if status is None or 300 <= status < 400:
            why = f"{self.url} redirects elsewhere (status {status}); give the address it stands for, with https?"
            return ServerError(f"Could not {doing}: {why}", "refused", status=status)
        message = f"Could not {doing}: {self.url} answered with status {status}{told}."
        if status == 404 and not said:
            message = f"Could not {doing}: {self.url} has no Label Studio at this address (status 404); check --url."
        if status >= 500 or status in (408, 429):
            return ServerError(message, "not done" if status in (429, 503) else "unknown", status=status)
        # A reply that should have been an answer but could not be read.
        return ServerError(message, "unknown" if status < 300 else "refused", status=status)

    def _detail(self, body: Any) -> str:
        """Give what the server says in its own words: on one line, short, without the token; nothing of a page."""
        if not isinstance(body, Mapping):
            return ""
        errors = body.get("validation_errors")
        parts = [str(body.get("detail") or "")]
        if isinstance(errors, Mapping):
            parts += [f"{name}: {_first(what)}" for name, what in errors.items()]
        said = " ".join("; ".join(part for part in parts if part).split()).replace(self._secret, "…").rstrip(".")
        return said if len(said) <= 300 else said[:299] + "…"


def _first(what: Any) -> Any:
    return what[0] if isinstance(what, list) and what else what
