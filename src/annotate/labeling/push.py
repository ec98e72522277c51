"""An export, sent to a project of a Label Studio server; safe to repeat, and safe after every fault.

The server knows nothing of documents: what is imported twice is there twice. So a task is known by its document's id
and text hash. What is there is listed first, only the rest is sent, and after every fault it is listed again before
anything is sent again. Nothing is ever deleted.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from annotate.errors import AnnotateError
from annotate.labeling.client import TITLE_LENGTHS, Server, ServerError
from annotate.labeling.configuration import Configuration, read_config
from annotate.labeling.folder import BLIND
from annotate.labeling.labelstudio import verify

Sampling = Literal["uncertainty", "sequential", "uniform"]

SAMPLINGS: Final[dict[Sampling, str]] = {
    "uncertainty": "Uncertainty sampling",
    "sequential": "Sequential sampling",
    "uniform": "Uniform sampling",
}
"""Order in which a server hands out tasks: least confident first, as imported, at random."""

_OURS: Final = "annotate|"
"""Begins the signature of every version of our scorer."""
_ONCE: Final = {"max_retries": 0}


class Pushed(msgspec.Struct, frozen=True):
    """What became of an export, or would."""

    title: str
    project: int | None
    """Id; None for a project that is not there yet."""
    url: str
    created: bool
    new: int
    """Documents sent, or to send."""
    unchanged: int
    """Documents that were there as they are."""
    replaced: int
    """Documents that were there with other pre-marks or data, which these have replaced."""
    changed: int
    """Of the new ones, those whose document is also there with an earlier text, which stays with its labels."""
    others: int
    """Documents of the project that this export does not have."""
    overlap: int
    """Annotators that most documents are given to."""
    overlaps: int
    """Documents whose number of annotators was set by itself, or would be."""
    settings: list[str]
    """Settings of the project that were changed, or would be."""
    faults: list[str]
    """Requests that failed and were made good."""
    problem: str | None
    """What is left undone or wrong, in one sentence; None where the project holds every document exactly once."""


class _There(msgspec.Struct, frozen=True):
    """A task that is in the project."""

    id: int
    data: bytes
    """Digest of its data."""
    predictions: int
    overlap: int | None


class _Listing:
    """What is in a project: a few dozen bytes for each task, whatever its length."""

    def __init__(self, tasks: Iterable[Any], model_version: str | None) -> None:
        self.by_key: dict[bytes, list[_There]] = {}
        self.documents: set[bytes] = set()
        self.outdated = 0
        """Unfinished tasks with pre-marks of another version."""
        for task in tasks:
            data = task.data
            if not isinstance(data, Mapping) or not {"doc_id", "sha256"} <= data.keys():
                continue  # imported by other means: not ours to touch
            there = _There(task.id, _digest(data), task.total_predictions or 0, task.overlap)
            self.by_key.setdefault(_key(data), []).append(there)
            self.documents.add(_document(data))
            if there.predictions and not task.is_labeled and data.get("signature") != model_version:
                self.outdated += 1


def push(
    server: Server,
    folder: str | Path,
    project: str,
    *,
    overlap: int | None = None,
    sampling: Sampling = "uncertainty",
    replace: bool = False,
    dry_run: bool = False,
    report: Callable[[str], None] = lambda _: None,
) -> list[Pushed]:
    """Send an export to a project, which is made if it is not there.

    Args:
        server: where to.
        folder: what ``label export`` wrote. Its blind arm, if it has one, goes to the project "NAME (blind)".
        project: title or id.
        overlap: annotators that every document is given to; by default, as many as the export says for each.
        sampling: in which order documents are handed out.
        replace: let pre-marks and data take the place of those that are there for the same documents.
        dry_run: say what would be done and do nothing.
        report: told of each step and each fault.

    Returns:
        One for the project, and one for the blind arm's.

    Raises:
        AnnotateError: if the export is broken, or it cannot be sent to that project as it is; nothing has been sent
            then. What goes wrong later is a ``problem``.
    """
    folder = Path(folder)
    arms = [(folder, project)]
    if (folder / BLIND).is_dir():
        main: Any = server.find_project(project) if project.isdecimal() else None
        arms.append((folder / BLIND, f"{project if main is None else main.title} ({BLIND})"))
    pushes = [_Push(server, path, title, overlap, replace=replace, report=report) for path, title in arms]
    for each in pushes:
        each.prepare(sampling)
    return [each.result() if dry_run else each.run() for each in pushes]


class _Push:
    """One folder of tasks into one project."""

    def __init__(
        self,
        server: Server,
        folder: Path,
        name: str,
        overlap: int | None,
        *,
        replace: bool,
        report: Callable[[str], None],
    ) -> None:
        self._server = server
        self._folder = folder
        self._name = name
        self._asked_overlap = overlap
        self._replace = replace
        self._report = report
        self._faults: list[str] = []
        self._problem: str | None = None
        self._created = False
        self._sent = self._replaced = 0
        self._project: Any = None

    def prepare(self, sampling: Sampling) -> None:
        """Read the export and the project, and make sure that the one can go into the other."""
        if not self._name.isdecimal() and len(self._name) not in TITLE_LENGTHS:
            raise AnnotateError(
                f"The title {self._name!r} has {len(self._name)} characters; Label Studio takes "
                f"{TITLE_LENGTHS.start} to {TITLE_LENGTHS.stop - 1}."
            )
        verify(self._folder)
        self._version = self._read_export()
        self._project = self._server.find_project(self._name)
        self._wanted: dict[str, Any] = {
            "label_config": (self._folder / "config.xml").read_text(encoding="utf-8").strip(),
            "expert_instruction": _body((self._folder / "guidelines.html").read_text(encoding="utf-8")),
            "show_instruction": True,
            # What each imported task gets; those that want another number are told apart later.
            "maximum_annotations": self._overlap,
            "sampling": SAMPLINGS[sampling],
        }
        self._there = _Listing((), self._version) if self._project is None else self._list()
        self._settings = [name for name, value in self._wanted.items() if not self._is_set(name, value)]
        if self._project is not None and "label_config" in self._settings and self._project.task_number:
            _check_config_change(self._project.label_config, self._wanted["label_config"], self._name)
        self._count()
        if not self._replace and (self._stale or self._there.outdated):
            number = max(self._stale, self._there.outdated)
            raise AnnotateError(
                f"Project {self._name!r} has {_number(number, 'document')} whose pre-marks or data are not this "
                "export's (another scoring?), and shows labelers the pre-marks of one scoring only; push to a new "
                "project, or give --yes to replace them. Labels stay, with what their annotators were shown."
            )

    def _read_export(self) -> str | None:
        """Give the version of the scorer whose pre-marks the export holds; None for a blind arm.

        None, too, for disputed documents, which have a prediction from each annotator: no one of them is to be shown.
        """
        versions: set[str] = set()
        several = False
        self._is_blind = True
        overlaps: Counter[int] = Counter()
        for _, task in self._tasks():
            predictions = task.get("predictions", ())
            versions |= {p["model_version"] for p in predictions}
            several |= len(predictions) > 1
            self._is_blind &= not predictions
            overlaps[self._wanted_overlap(task)] += 1
        if len(versions) > 1 and not several:
            raise AnnotateError(
                f"{self._folder} holds pre-marks of {len(versions)} versions of the scorer; export one at a time."
            )
        self._overlap = max(overlaps, key=lambda number: (overlaps[number], number), default=1)
        return versions.pop() if versions and not several else None

    def _wanted_overlap(self, task: Mapping[str, Any]) -> int:
        wanted = self._asked_overlap or task["data"].get("overlap")
        return wanted if isinstance(wanted, int) and wanted > 0 else 1

    def _tasks(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name in sorted((p.name for p in self._folder.glob("tasks*.json")), key=lambda n: (len(n), n)):
            for task in msgspec.json.decode((self._folder / name).read_bytes()):
                yield name, task

    def _is_set(self, name: str, wanted: Any) -> bool:
        value = getattr(self._project, name, None)
        if name == "expert_instruction":  # the server takes out tags and attributes it does not trust
            return _words(value or "") == _words(wanted)
        return bool((value.strip() if isinstance(value, str) else value) == wanted)

    def _count(self) -> None:
        """Hold the export against what is there."""
        self._new = self._changed = self._unchanged = self._stale = self._overlaps = 0
        mine: set[bytes] = set()
        for _, task in self._tasks():
            key = _key(task["data"])
            mine.add(key)
            there = self._there.by_key.get(key)
            has = self._overlap if there is None else there[0].overlap
            self._overlaps += has != self._wanted_overlap(task)
            if there is None:
                self._new += 1
                self._changed += _document(task["data"]) in self._there.documents
            elif _is_current(there[0], task):
                self._unchanged += 1
            else:
                self._stale += 1
        self._others = len(self._there.by_key.keys() - mine)

    def run(self) -> Pushed:
        """Send what is missing. Whatever goes wrong from here on is told in the result."""
        try:
            if self._project is None:
                self._create()
            elif self._settings:
                changes = {name: self._wanted[name] for name in self._settings}
                self._update("change the settings", **changes)
            self._send_new()
            if self._stale:
                self._replace_stale()
            if self._version is not None:
                # Without this the label stream shows the pre-marks of whatever was imported first.
                self._update("set the model version", model_version=self._version)
            if self._created or self._settings or self._sent or self._replaced:
                self._there = self._list()
            self._problem = self._check()
            self._set_overlaps()
        except ServerError as error:
            self._problem = f"{error} Run the same command again to go on."
        self._new, self._stale = self._sent, self._replaced
        return self.result()

    def result(self) -> Pushed:
        """Say what was, or would be, done."""
        identity = self._project.id if self._project is not None else None
        return Pushed(
            title=self._project.title if self._project is not None else self._name,
            project=identity,
            url=f"{self._server.url}/projects/{identity}" if identity is not None else self._server.url,
            created=self._created,
            new=self._new,
            unchanged=self._unchanged,
            replaced=self._stale,
            changed=self._changed,
            others=self._others,
            overlap=self._overlap,
            overlaps=self._overlaps,
            settings=self._settings,
            faults=self._faults,
            problem=self._problem,
        )

    def _fault(self, what: str) -> None:
        self._faults.append(what)
        self._report(what)

    def _once(self, request: Callable[[], object], is_done: Callable[[], bool]) -> None:
        """Make a request that must not be carried out twice.

        After every fault it is looked up whether it was carried out, before it is made again. It is not made again at
        all once the server has fallen silent: it may still be at work, and would do it a second time.

        Raises:
            ServerError: if it is refused, or was not carried out in as many tries as there are.
        """
        silent = False
        for attempt in range(self._server.tries):
            try:
                if not silent:
                    request()
                    return
            except ServerError as error:
                if error.fate == "refused":
                    raise
                silent = error.timed_out
                last = error
                self._fault(str(error))
            self._server.wait(attempt)
            if is_done():
                return
        raise last

    def _create(self) -> None:
        def create() -> None:
            made = self._server.ask(
                f"make the project {self._name!r}",
                lambda: self._server.sdk.projects.create(title=self._name, **self._wanted, request_options=_ONCE),
            )
            self._project = self._server.project(made.id)

        def is_there() -> bool:
            self._project = self._server.find_project(self._name)
            return self._project is not None

        self._once(create, is_there)
        self._created = True

    def _update(self, doing: str, **changes: Any) -> None:
        project = self._project.id
        self._server.ask_again(
            f"{doing} of project {project}",
            lambda: self._server.sdk.projects.update(project, **changes, request_options=_ONCE),
        )

    def _list(self) -> _Listing:
        project = self._project.id
        for attempt in range(self._server.tries):
            try:
                return _Listing(self._server.tasks(project), self._version)
            except ServerError as error:
                if error.fate == "refused" or attempt == self._server.tries - 1:
                    raise
                self._fault(str(error))
            self._server.wait(attempt)
        raise AssertionError("tries is at least 1")

    def _missing(self, tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [task for task in tasks if _key(task["data"]) not in self._there.by_key]

    def _send_new(self) -> None:
        """Send what is missing, a file at a time: an export keeps them small enough for any server."""
        chunk: list[dict[str, Any]] = []
        current = ""
        for name, task in self._tasks():
            if name != current:
                self._send(self._missing(chunk))
                chunk, current = [], name
            chunk.append(task)
        self._send(self._missing(chunk))

    def _send(self, tasks: list[dict[str, Any]]) -> None:
        """Send tasks until they are there, listing what is there before anything is sent again."""
        if not tasks:
            return
        wanted = tasks

        def is_there() -> bool:
            nonlocal wanted
            self._there = self._list()
            wanted = self._missing(wanted)
            return not wanted

        self._once(lambda: self._import(wanted), is_there)
        self._sent += len(tasks)
        self._report(f"{self._name}: {self._sent:,} of {self._new:,} new documents sent.")

    def _import(self, tasks: list[dict[str, Any]]) -> None:
        project = self._project.id
        answer = self._server.ask(
            f"import {len(tasks)} tasks into project {project}",
            lambda: self._server.sdk.projects.import_tasks(project, request=tasks, request_options=_ONCE),
        )
        if answer.task_count != len(tasks):
            raise ServerError(
                f"Project {project} took {answer.task_count} of {len(tasks)} tasks, says {self._server.url}.", "unknown"
            )

    def _replace_stale(self) -> None:
        for _, task in self._tasks():
            there = self._there.by_key.get(_key(task["data"]))
            if there is not None and not _is_current(there[0], task):
                self._server.ask_again(
                    f"replace the pre-marks of document {task['data']['doc_id']!r}",
                    lambda there=there[0], task=task: self._replace_one(there.id, task),  # type: ignore[misc]
                )
                self._replaced += 1

    def _replace_one(self, identity: int, task: dict[str, Any]) -> None:
        """Put our prediction in the place of our earlier one, then the data: a task with the new data is finished.

        The same however often it is done: it reads first.
        """
        sdk = self._server.sdk
        for prediction in task.get("predictions", ()):
            version = prediction["model_version"]
            ours = [
                p
                for p in sdk.predictions.list(task=identity, request_options=_ONCE)
                if p.model_version == version
                or (version.startswith(_OURS) and (p.model_version or "").startswith(_OURS))
            ]
            if ours:
                newest = max(ours, key=lambda p: p.id)
                sdk.predictions.update(newest.id, **prediction, request_options=_ONCE)
            else:
                sdk.predictions.create(task=identity, **prediction, request_options=_ONCE)
        sdk.tasks.update(str(identity), data=task["data"], request_options=_ONCE)

    def _set_overlaps(self) -> None:
        """Give the documents that want it another number of annotators than the project's."""
        self._overlaps = 0
        for _, task in self._tasks():
            wanted = self._wanted_overlap(task)
            for each in self._there.by_key.get(_key(task["data"]), ()):
                if each.overlap != wanted:
                    self._server.ask_again(
                        f"set the number of annotators of document {task['data']['doc_id']!r}",
                        lambda each=each, wanted=wanted: self._server.sdk.tasks.update(  # type: ignore[misc]
                            str(each.id), overlap=wanted, request_options=_ONCE
                        ),
                    )
                    self._overlaps += 1

    def _check(self) -> str | None:
        """Hold the project against the export once more: every document is to be there exactly once."""
        missing: list[str] = []
        doubled: list[str] = []
        for _, task in self._tasks():
            found = len(self._there.by_key.get(_key(task["data"]), ()))
            if found != 1:
                (doubled if found else missing).append(task["data"]["doc_id"])
        marked = self._is_blind and any(t.predictions for tasks in self._there.by_key.values() for t in tasks)
        if missing:
            return f"Project {self._project.id} lacks {_some(missing)}; run the same command again."
        if doubled:
            return (
                f"Project {self._project.id} has {_some(doubled)} more than once; another push ran beside this one, or "
                "they were imported by hand: delete the spare tasks in the Data Manager."
            )
        if marked:
            return f"Project {self._project.id} is a blind arm but has pre-marks; use a project of its own for it."
        return None


def _check_config_change(old_xml: str, new_xml: str, name: str) -> None:
    """Refuse a labeling configuration under which tasks or labels that are there would lose their meaning.

    The server accepts a used label's removal and a renamed control.

    Raises:
        AnnotateError: naming what would go.
    """
    try:
        old = read_config(old_xml)
    except AnnotateError:
        old = None
    gone = ["what another program made"] if old is None else _lost(old, read_config(new_xml))
    if gone:
        raise AnnotateError(
            f"Project {name!r} has tasks, and this export's labeling configuration would break them "
            f"({_some(gone, 'part')}); push to a new project."
        )


def _lost(old: Configuration, new: Configuration) -> list[str]:
    lost = [f"the field {field!r} is new" for field in sorted(new.fields - old.fields)]
    for name, control in old.controls.items():
        now = new.controls.get(name)
        if now is None or (now.type, now.to_name, now.per_region) != (
            control.type,
            control.to_name,
            control.per_region,
        ):
            lost.append(f"the control {name!r} is gone or another")
        else:
            lost += [f"{value!r} of {name!r} is gone" for value in sorted(control.values - now.values)]
            if (now.minimum, now.maximum) != (control.minimum, control.maximum):
                lost.append(f"the range of {name!r} is another")
    lost += [f"{name!r} shows another field" for name, field in old.objects.items() if new.objects.get(name) != field]
    return lost


def _key(data: Mapping[str, Any]) -> bytes:
    return hashlib.blake2b(f"{data['doc_id']}\0{data['sha256']}".encode(), digest_size=16).digest()


def _document(data: Mapping[str, Any]) -> bytes:
    return hashlib.blake2b(str(data["doc_id"]).encode(), digest_size=16).digest()


def _digest(data: Mapping[str, Any]) -> bytes:
    return hashlib.blake2b(msgspec.json.encode(data, order="deterministic"), digest_size=8).digest()


def _is_current(there: _There, task: Mapping[str, Any]) -> bool:
    """Whether a task is there as it is to be. Its data name the scorer and list every flag of its pre-marks."""
    return there.data == _digest(task["data"]) and bool(there.predictions) == bool(task.get("predictions"))


def _body(page: str) -> str:
    """Give what a page shows: where its instructions go, the server has a page already."""
    found = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
    return (found.group(1) if found else page).strip()


def _words(page: str) -> list[str]:
    return html.unescape(re.sub(r"<[^>]*>", " ", page)).split()


def _some(what: list[str], kind: str = "document") -> str:
    shown = ", ".join(what[:3]) + (", …" if len(what) > 3 else "")
    return f"{_number(len(what), kind)}: {shown}"


def _number(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
