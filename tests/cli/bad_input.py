"""Inputs that cannot be scored as they stand, and what ``annotate score`` has to say about each.

Run as a script, it prints a table of the messages: ``python tests/cli/bad_input.py``.
"""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

COMMAND = str(Path(sysconfig.get_path("scripts")) / "annotate")
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2  # linux/capability.h

ENGLISH = (
    "The council voted on Tuesday to repair the old bridge over the river before winter. "
    "Drivers will have to take the longer road through the village until the work is finished in March."
)
GERMAN = (
    "Der Gemeinderat hat am Dienstag beschlossen, die alte Brücke über den Fluss noch vor dem Winter zu sanieren. "
    "Bis die Arbeiten im März abgeschlossen sind, müssen Autofahrer die längere Straße durch das Dorf nehmen."
)


@dataclass(frozen=True)
class Case:
    """One bad input: how it is made, and what is expected."""

    name: str
    prepare: Callable[[Path], list[str]]
    """Makes the files in a folder and returns the arguments of ``annotate score``, run in that folder."""
    code: int
    says: str
    """What the standard error must hold (regular expression)."""
    statuses: str | None = None
    """Initials of the records' statuses, in order; None where no record is left."""
    forbidden: bool = False
    """Permissions count, also for root."""
    room: int | None = None
    """Bytes that a file may have: the next one does not fit, as on a full disk."""
    stdout: str | None = None
    """Where standard output goes."""


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    code: int
    errors: str
    records: list[dict[str, object]] | None

    @property
    def statuses(self) -> str | None:
        """Initials of the records' statuses."""
        return None if self.records is None else "".join(str(record["status"])[0] for record in self.records)

    @property
    def sentence(self) -> str:
        """The line of standard error that says what is wrong."""
        for line in self.errors.splitlines():
            if line.startswith(("annotate: ", "failed: ", "skipped: ", "note: ")):
                return line
        return ""


def row(number: int, **fields: object) -> str:
    return json.dumps({"id": f"r{number}", "text": ENGLISH, **fields}) + "\n"


def save(name: str, content: str | bytes) -> Callable[[Path], list[str]]:
    def prepare(folder: Path) -> list[str]:
        (folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return [name, "-o", "out.jsonl"]

    return prepare


def cut_off(folder: Path) -> list[str]:
    # Rows that do not compress, so that whole ones come before the cut.
    noise = random.Random(7)
    rows = "".join(row(n, url="".join(noise.choices("abcdefghijklmnopqrstuvwxyz", k=60_000))) for n in range(20))
    whole = gzip.compress(rows.encode(), mtime=0)
    (folder / "news.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    return ["news.jsonl.gz", "-o", "out.jsonl"]


def locked_folder(folder: Path) -> list[str]:
    (folder / "locked").mkdir()
    (folder / "locked" / "a.txt").write_text(ENGLISH)
    (folder / "locked").chmod(0o000)
    return ["locked", "-o", "out.jsonl"]


def locked_file(folder: Path) -> list[str]:
    (folder / "articles").mkdir()
    for name in ("a", "b", "c"):
        (folder / "articles" / f"{name}.txt").write_text(ENGLISH)
    (folder / "articles" / "b.txt").chmod(0o000)
    return ["articles", "-o", "out.jsonl"]


def wrong_key(folder: Path) -> list[str]:
    (folder / "a.txt").write_text(ENGLISH)
    (folder / "config.yaml").write_text("verdict:\n  frp: 0.01\n")
    return ["a.txt", "-c", "config.yaml", "-o", "out.jsonl"]


def own_input(folder: Path) -> list[str]:
    (folder / "news.jsonl").write_text(row(1))
    return ["news.jsonl", "-o", "news.jsonl"]


def somebodys_file(folder: Path) -> list[str]:
    (folder / "a.txt").write_text(ENGLISH)
    (folder / "out.jsonl").write_text(row(1))
    return ["a.txt", "-o", "out.jsonl"]


def to(*arguments: str) -> Callable[[Path], list[str]]:
    def prepare(folder: Path) -> list[str]:
        (folder / "a.txt").write_text(ENGLISH)
        return ["a.txt", *arguments]

    return prepare


ROWS = [row(n) for n in range(1, 11)]
CASES = (
    Case(
        "missing path", lambda folder: ["missing.txt", "-o", "out.jsonl"], 2, r"Cannot read missing\.txt: No such file"
    ),
    Case("empty file", save("a.txt", ""), 0, r"skipped: a: no text in it\.", "s"),
    Case("50 MB in a single line", save("a.txt", "word " * 10_000_000), 1, r"a\.txt .*50,000,000.*max_characters", "f"),
    Case(
        "50 MB in a single row",
        save("a.jsonl", row(1) + row(2, text="word " * 10_000_000) + row(3)),
        1,
        r"a\.jsonl line 2.*50,000,000.*max_characters",
        "ofo",
    ),
    Case("a binary", save("a.txt", bytes(range(256)) * 64), 0, r"skipped: a: not a text", "s"),
    Case("truncated .gz", cut_off, 1, r"news\.jsonl\.gz is cut off", "o" * 8 + "f"),
    Case(
        "invalid JSON on line 7 of 10",
        save("news.jsonl", "".join([*ROWS[:6], '{"id": "r7", "text": \n', *ROWS[7:]])),
        1,
        r"news\.jsonl line 7 is not valid JSON",
        "oooooofooo",
    ),
    Case(
        "row without text",
        save("news.jsonl", ROWS[0] + '{"id": "r2", "body": "A text."}\n' + ROWS[2]),
        1,
        r"news\.jsonl line 2 .*'?text'?",
        "ofo",
    ),
    Case(
        "duplicate ids",
        save("news.jsonl", ROWS[0] + ROWS[1] + ROWS[0]),
        1,
        r"news\.jsonl line 3 has the id 'r1', which news\.jsonl line 1 already has",
        "oof",
    ),
    Case(
        "lone surrogate", save("news.jsonl", row(1, text=ENGLISH + " \ud83d")), 0, r"note: r1: .*1 lone surrogate", "o"
    ),
    Case("NUL bytes", save("a.txt", ENGLISH + "\0\0"), 0, r"note: a: .*2 NUL characters", "o"),
    Case(
        "folder without permission",
        locked_folder,
        2,
        r"Cannot read the folder locked: Permission denied",
        forbidden=True,
    ),
    Case("file without permission", locked_file, 1, r"b\.txt.*Permission denied", "ofo", forbidden=True),
    Case(
        "full disk (file)",
        save("news.jsonl", "".join(ROWS)),
        2,
        r"Cannot write out\.jsonl: .*the same command",
        None,
        room=3000,
    ),
    Case(
        "full disk (standard output)",
        to("-o", "-"),
        2,
        r"Cannot write to standard output: No space left on device",
        stdout="/dev/full",
    ),
    Case("full disk (table)", to(), 2, r"Cannot write to standard output: No space left on device", stdout="/dev/full"),
    Case("unknown key in the configuration", wrong_key, 2, r"'verdict\.frp'; did you mean 'fpr'\?"),
    Case("not English", save("a.txt", GERMAN), 0, r"skipped: a: not in English\.", "s"),
    Case("output of an unknown ending", to("-o", "out.txt"), 2, r"Cannot tell a format from out\.txt"),
    Case("output is an input", own_input, 2, r"news\.jsonl is also an input"),
    Case("output is somebody's file", somebodys_file, 2, r"Will not write over out\.jsonl"),
)


def drop_override() -> None:
    """Take from the next program the rights by which root passes over permissions."""
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        if libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "cannot drop a capability")


def run(case: Case, folder: Path) -> Outcome:
    """Run one case in an empty folder."""
    arguments = case.prepare(folder)

    def limit() -> None:
        if case.room is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (case.room, case.room))
        if case.forbidden and os.getuid() == 0:
            drop_override()

    with open(case.stdout or os.devnull, "wb") as stdout:
        done = subprocess.run(
            [COMMAND, "score", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            preexec_fn=limit,
            timeout=120,
            check=False,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
    out = folder / "out.jsonl"
    whole = case.statuses is not None and out.exists()
    records = [json.loads(line) for line in out.read_bytes().splitlines()] if whole else None
    return Outcome(done.returncode, done.stderr.decode(), records)


def remove(folder: Path) -> None:
    for path in folder.rglob("*"):
        path.chmod(0o700)
    shutil.rmtree(folder)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def main() -> None:
    """Print the table."""
    say("| input | exit code | message |\n|---|---|---|")
    wrong = 0
    for case in CASES:
        folder = Path(tempfile.mkdtemp(prefix="annotate-"))
        try:
            outcome = run(case, folder)
        finally:
            remove(folder)
        right = outcome.code == case.code and re.search(case.says, outcome.errors) and outcome.statuses == case.statuses
        wrong += not right
        sentence = outcome.sentence.replace("|", "\\|")
        say(f"| {case.name}{'' if right else ' (UNEXPECTED)'} | {outcome.code} | {sentence} |")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
