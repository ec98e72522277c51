"""Where records go: a file that survives a kill, or standard output, as records or as text for people."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Final, Protocol, Self, TypeAlias

import msgspec

from annotate.documents import Record
from annotate.errors import AnnotateError
from annotate.writing import jsonl, parquet

ENDINGS: Final = (".jsonl", ".parquet")


class Asked(msgspec.Struct, frozen=True):
    """What a run was asked to do; a run that goes on must have been asked the same."""

    signature: str
    """Long signature: everything that decides what the records say."""
    with_text: bool = False
    process: int = 0
    """Id of the process that writes, to name it to a second one."""


Change: TypeAlias = Callable[[int, bytes], bytes]
"""From the number of a line, counted from 0, and the line to what shall stand there instead."""


class Output(Protocol):
    """Takes lines of JSONL in order. Leaving the context without :meth:`finish` leaves an interrupted run behind."""

    def written(self) -> Iterator[bytes]:
        """Yield the lines that an interrupted run left behind."""

    def write(self, line: bytes) -> None:
        """Take one line."""

    def amend(self, change: Change) -> None:
        """Change the lines, all of which have been written."""

    def finish(self) -> None:
        """All lines have been written."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Form(Protocol):
    """Makes text for people from records that come one by one."""

    def row(self, record: Record) -> str:
        """Give what is to be written for one record."""

    def end(self) -> str:
        """Give what is to be written after the last one."""


class StreamOutput:
    """Lines of JSONL, or text for people, on standard output. Nothing to resume.

    Args:
        stream: where they go.
        form: makes the text to write instead of the lines.
        held: keep the lines in a temporary file until they can no longer change.
    """

    def __init__(self, stream: BinaryIO, *, form: Form | None = None, held: bool = False) -> None:
        # Past the buffer: what a full disk leaves in it would fail once more when the interpreter ends.
        self._stream: BinaryIO = getattr(stream, "raw", stream)
        self._form = form
        self._held: IO[bytes] | None = tempfile.TemporaryFile() if held else None  # noqa: SIM115 - closed on leaving

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        """Leave the stream open: it is not ours."""
        if self._held is not None:
            self._held.close()

    def written(self) -> Iterator[bytes]:
        """Nothing: a stream cannot be resumed."""
        return iter(())

    def write(self, line: bytes) -> None:
        """Write one line, or the text for it.

        Raises:
            AnnotateError: if it cannot be written, except to a pipe whose reader has gone (BrokenPipeError).
        """
        if self._held is not None:
            self._held.write(line)
            return
        if self._form is not None:
            line = self._form.row(jsonl.decode(line)).encode("utf-8", "backslashreplace")
        self._write(line)

    def _write(self, data: bytes) -> None:
        try:
            jsonl.write_whole(self._stream, data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise AnnotateError(
                f"Cannot write to standard output: {error.strerror}; free some space, "
                "or write to a file with -o, which goes on where it stopped."
            ) from error

    def amend(self, change: Change) -> None:
        """Write the lines that were held, as they are now.

        Raises:
            ValueError: if they were not held.
            AnnotateError: as :meth:`write`.
        """
        if self._held is None:
            raise ValueError("lines that have gone to a stream cannot change")
        held, self._held = self._held, None
        with held:
            held.seek(0)
            for number, line in enumerate(held):
                self.write(change(number, line))

    def finish(self) -> None:
        """Write what is still held, and what the form has to say at the end.

        Raises:
            AnnotateError: as :meth:`write`.
        """
        if self._held is not None:
            self.amend(lambda _, line: line)
        if self._form is not None:
            self._write(self._form.end().encode("utf-8", "backslashreplace"))


class FileOutput:
    """A file of records that a killed run leaves ready to be gone on with.

    JSONL is written in place, whole lines at a time; Parquet by way of a JSONL file beside it, which becomes
    the Parquet file at the end. While the run lasts, a small file ``OUT.run`` beside it says what was asked,
    and is locked against a second run. It goes when the run is complete.

    Args:
        path: the file; its ending, one of :data:`ENDINGS`, decides the format.
        asked: what decides the records.
        restart: begin anew even if an interrupted run is there.

    Raises:
        AnnotateError: when entered, if the file cannot or must not be written: wrong ending, no folder, a file
            that we did not write, locked by another run, or begun by a run that was asked something else.
    """

    def __init__(self, path: Path, asked: Asked, *, restart: bool = False) -> None:
        self.path = path
        self._asked = msgspec.structs.replace(asked, process=os.getpid())
        self._restart = restart
        self._parquet = path.suffix == ".parquet"
        self._work = path.with_name(path.name + ".partial.jsonl") if self._parquet else path
        self._run = path.with_name(path.name + ".run")
        self._lock = -1
        self._file: BinaryIO | None = None
        self._kept = 0

    def __enter__(self) -> Self:
        check_path(self.path)
        try:
            self._lock = self._take_lock()
            before = self._interrupted()
            if before is not None and not self._restart and self._work.exists():
                self._check_asked(before)
                self._kept = jsonl.whole_lines(self._work)
                os.truncate(self._work, self._kept)
            else:
                if before is None:
                    check_replaceable(self.path)
                # In this order: only once the records of an earlier run are gone is the file said to be resumable.
                os.truncate(self._lock, 0)
                self._work.open("wb").close()
            os.pwrite(self._lock, msgspec.json.encode(self._asked), 0)
            self._file = self._work.open("ab", buffering=0)
        except OSError as error:
            self._let_go()
            raise AnnotateError(
                f"Cannot write {self.path}: {error.strerror}; check the path and the space left."
            ) from error
        except BaseException:
            self._let_go()
            raise
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._let_go()

    def written(self) -> Iterator[bytes]:
        """Yield the whole lines that an interrupted run left behind."""
        if not self._kept:
            return
        with self._work.open("rb") as file:
            while file.tell() < self._kept:
                yield file.readline()

    def write(self, line: bytes) -> None:
        """Append one line.

        Raises:
            AnnotateError: if the disk is full or the file cannot be written.
        """
        if self._file is None:
            raise ValueError("the output is not open")
        try:
            jsonl.write_whole(self._file, line)
        except OSError as error:
            raise self._stopped(error) from error

    def amend(self, change: Change) -> None:
        """Write all lines anew, and only then let them take the place of the old ones.

        Raises:
            AnnotateError: if the disk is full or a file cannot be written.
        """
        if self._file is None:
            raise ValueError("the output is not open")
        amended = self._work.with_name(self._work.name + ".amended")
        try:
            with self._work.open("rb") as lines, amended.open("wb") as file:
                for number, line in enumerate(lines):
                    file.write(change(number, line))
            self._file.close()
            amended.replace(self._work)
            self._file = self._work.open("ab", buffering=0)
        except OSError as error:
            raise self._stopped(error) from error

    def finish(self) -> None:
        """Turn the work file into what was asked for and remove the traces of the run.

        Raises:
            AnnotateError: if the disk is full or a file cannot be written.
        """
        try:
            if self._parquet:
                parquet.from_jsonl(self._work, self.path, self._asked.signature)
            self._run.unlink()
            if self._parquet:
                self._work.unlink()
        except OSError as error:
            raise self._stopped(error) from error

    def _stopped(self, error: OSError) -> AnnotateError:
        return AnnotateError(
            f"Cannot write {self.path}: {error.strerror or error}; what is written stays: "
            "make room and run the same command again to go on from there."
        )

    def _take_lock(self) -> int:
        """Open and lock ``OUT.run``, making sure that it is still the file of that name once locked."""
        while True:
            lock = os.open(self._run, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                holder = _parse(os.pread(lock, 1_000_000, 0))
                os.close(lock)
                who = f" (process {holder.process})" if holder is not None else ""
                raise AnnotateError(
                    f"Another run{who} is writing {self.path} right now; wait for it or give another output with -o."
                ) from error
            if self._run.exists() and os.path.samestat(os.fstat(lock), self._run.stat()):
                return lock
            os.close(lock)

    def _interrupted(self) -> Asked | None:
        """Say what an interrupted run was asked, if there was one that got as far as writing."""
        data = os.pread(self._lock, 1_000_000, 0)
        if data and not data.startswith(b'{"signature":'):
            raise AnnotateError(
                f"Will not write over {self._run}, which is not ours; move it away or give another output."
            )
        return _parse(data)

    def _check_asked(self, before: Asked) -> None:
        if before.signature != self._asked.signature:
            raise AnnotateError(
                f"{self.path} was begun with another configuration or version ({_difference(before, self._asked)}); "
                "run it as it was to go on, or give --restart to begin anew."
            )
        if before.with_text != self._asked.with_text:
            raise AnnotateError(
                f"{self.path} was begun {'with' if before.with_text else 'without'} the texts; "
                f"{'give' if before.with_text else 'leave out'} --with-text to go on, or give --restart to begin anew."
            )

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._lock >= 0:
            # A run that never got as far as saying what it was asked leaves nothing behind.
            if self._run.exists() and not os.pread(self._lock, 1, 0):
                self._run.unlink()
            os.close(self._lock)
            self._lock = -1


def check_path(path: Path) -> None:
    """Refuse a path that no output can be written to.

    Raises:
        AnnotateError: for another ending, a folder, a missing folder around it, or a missing library.
    """
    if path.suffix not in ENDINGS:
        hint = "compress the file afterwards" if path.suffix in (".gz", ".zst") else "give one of these"
        raise AnnotateError(f"Cannot tell a format from {path}: the output ends in {' or '.join(ENDINGS)}; {hint}.")
    if path.is_dir():
        raise AnnotateError(f"Cannot write {path}: it is a folder; give a file that ends in {' or '.join(ENDINGS)}.")
    if not path.parent.is_dir():
        raise AnnotateError(f"Cannot write {path}: there is no folder {path.parent}; create it first.")
    if path.suffix == ".parquet":
        parquet.check_installed()


def check_replaceable(path: Path) -> None:
    """Refuse to write over a file that is not records of ours: it may be somebody's article.

    Raises:
        AnnotateError: if there is such a file.
    """
    if not path.exists() or path.stat().st_size == 0:
        return
    if path.suffix == ".parquet":
        ours = parquet.is_records(path)
    else:
        with path.open("rb") as file:
            line = file.readline(50_000_000)
        try:
            jsonl.brief(line)
            ours = True
        except msgspec.MsgspecError:
            ours = False
    if not ours:
        raise AnnotateError(
            f"Will not write over {path}: it is not a file of records; move it away or give another output."
        )


def check_apart(path: Path, inputs: Sequence[str]) -> None:
    """Refuse an output that is, or would be read as, one of the inputs.

    Raises:
        AnnotateError: naming the input.
    """
    real = Path(os.path.realpath(path))
    for given in inputs:
        if given == "-":
            same = path.exists() and os.path.samestat(os.fstat(0), path.stat())
        else:
            same = os.path.exists(given) and path.exists() and os.path.samefile(given, path)
        if same:
            raise AnnotateError(f"The output {path} is also an input ({given}); give another output.")
        if os.path.isdir(given) and Path(os.path.realpath(given)) in real.parents:
            raise AnnotateError(
                f"The output {path} lies inside the input folder {given} and would be read as input the next time; "
                "write it somewhere else."
            )


def _parse(data: bytes) -> Asked | None:
    try:
        return msgspec.json.decode(data, type=Asked)
    except msgspec.MsgspecError:
        # Empty or cut off: killed before anything was written.
        return None


def _difference(before: Asked, now: Asked) -> str:
    """Name the first part in which two long signatures differ."""
    old = before.signature.split("|")
    new = now.signature.split("|")
    for a, b in zip(old, new, strict=False):
        if a != b:
            return f"{a} then, {b} now"
    return f"{before.signature} then, {now.signature} now"
