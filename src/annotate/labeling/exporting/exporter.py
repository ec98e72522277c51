"""Scored documents as files that a labeling tool imports: which ones, in what order, and proof that they are right."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import zip_longest
from pathlib import Path
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from annotate.documents import Document, Flag, Record, Severity, Unread
from annotate.errors import AnnotateError
from annotate.evaluation.gold import GoldDocument, read_gold
from annotate.labeling import labelstudio
from annotate.labeling.attention import Hidden, write_key
from annotate.labeling.checks import shown
from annotate.labeling.exporting import doccano, inception, tables
from annotate.labeling.exporting.items import Item, ReadBack, decode, encode
from annotate.labeling.exporting.plan import Plan, make_plan
from annotate.labeling.exporting.spool import Spool
from annotate.labeling.faults import disguise, make_check
from annotate.labeling.folder import BLIND, GUIDELINES, KEY, PARTIAL, move, prepare, why
from annotate.labeling.guidelines import guidelines
from annotate.labeling.scored import Scored, read_scored
from annotate.labeling.seeded import draw
from annotate.labeling.selection import read_selection
from annotate.labeling.tasks import keep_flag, story_of

Target = Literal["labelstudio", "doccano", "inception", "jsonl", "csv"]
TARGETS: Final[tuple[Target, ...]] = get_args(Target)


class _Format(NamedTuple):
    write: Callable[..., list[str]]
    read_back: Callable[[Path], Iterator[ReadBack]]


_FORMATS: Final[dict[Target, _Format]] = {
    "labelstudio": _Format(labelstudio.write, labelstudio.read_back),
    "doccano": _Format(doccano.write, doccano.read_back),
    "inception": _Format(inception.write, inception.read_back),
    "jsonl": _Format(tables.write_jsonl, tables.read_back_jsonl),
    "csv": _Format(tables.write_csv, tables.read_back_csv),
}


class Exported(msgspec.Struct, frozen=True):
    """What an export wrote, and what it left out."""

    files: list[str]
    """Names of the files of documents, in order; those of the blind arm begin with ``blind/``."""
    tasks: int
    """Documents to label with what was flagged; all of them, in an export that is blind as a whole."""
    flags: int
    """Flags pre-annotated."""
    flags_below: int
    """Flags left out as too unlikely or too mild."""
    without_task: dict[str, int]
    """Status → number of records that have no task: ``skipped``, ``failed``."""
    blind: int = 0
    """Documents of the blind arm."""
    checks: int = 0
    """Attention checks among the tasks; fewer than asked for where few documents can be made into one."""
    checks_wanted: int = 0
    gold: int = 0
    """Gold items among the tasks."""
    others: int = 0
    """Tasks with another document beside them."""
    others_missing: int = 0
    """Tasks whose other document is not among the scores."""


def export(
    scores: str | Path,
    documents: Iterable[Document | Unread],
    folder: str | Path,
    *,
    to: Target = "labelstudio",
    selection: str | Path | None = None,
    minimum_score: float = 0.0,
    minimum_severity: Severity = "neutral",
    blind: bool = False,
    checks: float = 0,
    loud_checks: float = 0,
    gold: str | Path | None = None,
    seed: int = 0,
) -> Exported:
    """Write an import for a labeling tool into a folder, with a guidelines page.

    Every record, flag and task is checked, and the files are read back and compared, before anything appears under its
    name; on any fault nothing is left behind. The same scores give the same bytes. Documents of one story stand
    together.

    Args:
        scores: records of ``annotate score``.
        documents: the scored texts; may be empty if the records carry theirs.
        folder: made if it is not there. An earlier export in it is replaced; one with other files is refused.
        to: the tool.
        selection: what ``label select`` wrote: only these documents, in its order; its blind ones go to ``blind/``, an
            import of its own.
        minimum_score: flags below this probability are not shown to labelers.
        minimum_severity: nor are flags milder than this.
        blind: write everything without predictions, verdicts or evidence, to measure how much these sway labelers.
        checks: silent attention checks to put among the tasks: how many, or if below 1, their share.
        loud_checks: the same for checks whose title says so.
        gold: documents of the scores whose answers are known; they are put among the tasks. What is a check or gold
            stands only in ``key.jsonl``.
        seed: of the checks and their places.

    Raises:
        AnnotateError: if anything is wrong with the scores, the documents, the folder or one of the files.
    """
    target = Path(folder)
    made = prepare(target)
    partial = target / PARTIAL
    try:
        partial.mkdir()
        with ExitStack() as stack:
            known = {d.id: d for d in read_gold(gold)} if gold is not None else {}
            chosen = {d.id: d for d in read_selection(selection)} if selection is not None else None
            plan = make_plan(Path(scores), chosen, known, minimum_score, minimum_severity, (checks, loud_checks), seed)
            gathered = _Gathered(
                plan,
                items=stack.enter_context(Spool(partial)),
                texts=stack.enter_context(Spool(partial)),
                keep=lambda flag: keep_flag(flag, minimum_score, minimum_severity),
                blind=blind,
                seed=seed,
            )
            for scored in read_scored(Path(scores), documents, plan.wanted):
                gathered.add(scored)
            gathered.finish(Path(scores))
            files = _write(gathered, _FORMATS[to], partial, target)
        counts = gathered.counts
        move(partial, target)
    except BaseException as error:
        shutil.rmtree(target if made else partial, ignore_errors=True)
        if isinstance(error, OSError):
            raise AnnotateError(f"Cannot write the export to {target}: {why(error)}.") from error
        raise
    return Exported(
        files=files,
        tasks=counts["main"],
        flags=counts["flags"],
        flags_below=counts["below"],
        without_task={status: counts[status] for status in ("skipped", "failed") if counts[status]},
        blind=counts["blind"],
        checks=counts["checks"],
        checks_wanted=sum(plan.checks_wanted),
        gold=counts["gold"],
        others=counts["others"],
        others_missing=counts["others missing"],
    )


class _Placed(NamedTuple):
    position: int
    """In the selection, or among the scores."""
    story: str | None
    number: int
    """In the spool."""


class _Gathered:
    """The documents of an export, put aside on disk until their order is known."""

    def __init__(
        self, plan: Plan, *, items: Spool, texts: Spool, keep: Callable[[Flag], bool], blind: bool, seed: int
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.key: list[Hidden] = []
        self.blind = blind
        self.order: dict[str, list[int]] = {}
        """Arm → numbers of its items in the spool, in order."""
        self._plan = plan
        self._items = items
        self._texts = texts
        self._keep = keep
        self._seed = seed
        self._positions = {identity: n for n, identity in enumerate(plan.chosen or ())}
        self._others = dict(plan.others)
        self._shown = set(plan.others.values())
        self._places: dict[str, int] = {}  # id of another document → number of its text
        self._arms: dict[str, list[_Placed]] = {"main": [], "blind": []}
        self._added: list[tuple[str, int]] = []  # gold items that are not selected: id, number
        self._checks: dict[str, tuple[Hidden, int]] = {}  # id of the original → its copy
        self._homes: dict[str, int] = {}  # id of an original that is among the tasks too → its number
        self._taken = set(plan.ids)
        self._missing = dict(plan.chosen or {})

    def add(self, scored: Scored) -> None:
        """Put a document where it belongs.

        Raises:
            AnnotateError: if it was selected, or is gold, with another text.
        """
        plan, record, document = self._plan, scored.record, scored.document
        selected = plan.chosen.get(record.id) if plan.chosen is not None else None
        if document is None:
            self.counts[record.status] += plan.chosen is None
            return
        if record.id in self._shown:
            self._places[record.id] = self._texts.add(msgspec.msgpack.encode((document.title, document.text)))
        for what, known in (("selected", selected), ("gold", plan.gold.get(record.id))):
            if known is not None and known.sha256 != record.sha256:
                raise AnnotateError(
                    f"Document {shown(record.id)} is {what} with another text (SHA-256 {known.sha256[:12]}…) than was "
                    f"scored ({str(record.sha256)[:12]}…); score and select again."
                )
        self._missing.pop(record.id, None)
        kept = [flag for flag in record.flags if self._keep(flag)]
        below = len(record.flags) - len(kept)
        record = msgspec.structs.replace(record, flags=kept, text=msgspec.UNSET)
        gold = plan.gold.get(record.id)
        if plan.chosen is None or selected is not None:
            arm = "blind" if selected is not None and selected.split == "blind" and not self.blind else "main"
            probability = selected.probability if selected is not None else None
            number = self._put(record, document, probability, selected.overlap if selected is not None else 1)
            self._arms[arm].append(_Placed(self._positions.get(record.id, number), story_of(record), number))
            self.counts["below"] += below if arm == "main" and not self.blind else 0
            if record.id in plan.candidates:
                self._homes[record.id] = number
        elif gold is not None:
            probability = None
            self._added.append((record.id, self._put(record, document, self._usual_probability())))
        if gold is not None:
            self._add_gold(gold, document, probability)
        if record.id in plan.candidates:
            self._add_check(record, document)

    def _put(self, record: Record, document: Document, probability: float | None, overlap: int = 1) -> int:
        return self._items.add(
            encode(
                Item(
                    record,
                    document.text,
                    document.source,
                    document.url,
                    document.title,
                    document.published,
                    selection_probability=probability,
                    overlap=overlap,
                    other=self._others.get(record.id),
                )
            )
        )

    def _usual_probability(self) -> float | None:
        """Give what checks and gold items say, so that they look like the others; the key knows better."""
        return min((d.probability for d in self._plan.chosen.values()), default=None) if self._plan.chosen else None

    def _add_gold(self, gold: GoldDocument, document: Document, probability: float | None) -> None:
        beyond = next((f for f in gold.flags if f.end > len(document.text)), None)
        if beyond is not None:
            raise AnnotateError(
                f"The gold of document {shown(document.id)} marks [{beyond.start}, {beyond.end}), beyond its "
                f"{len(document.text)} code points; repair the gold."
            )
        self.key.append(
            Hidden(
                gold.id,
                gold.sha256,
                "gold",
                "gold",
                flags=gold.flags,
                origin=gold.origin,
                selection_probability=probability,
            )
        )

    def _add_check(self, record: Record, document: Document) -> None:
        identity = disguise(document.id, self._seed, self._taken)
        made = make_check(record, document, doc_id=identity, seed=self._seed, loud=self._plan.candidates[document.id])
        if made is not None:
            copied, copy, hidden = made
            self._taken.add(identity)
            if document.id in self._others:
                self._others[identity] = self._others[document.id]
            self._checks[document.id] = hidden, self._put(copied, copy, self._usual_probability())

    def finish(self, scores: Path) -> None:
        """Settle the order, once everything has been added.

        Raises:
            AnnotateError: if a document of the selection or of the gold was not there, or nothing was.
        """
        if self._missing:
            raise AnnotateError(
                f"The selected document {shown(next(iter(self._missing)))} is not among the scored ones of {scores}; "
                "give the scores it was selected from."
            )
        lost = self._plan.gold.keys() - {h.doc_id for h in self.key}
        if lost:
            raise AnnotateError(
                f"The gold document {shown(min(lost))} is not among the scored ones of {scores}; score it too."
            )
        groups = {arm: _by_story(placed) for arm, placed in self._arms.items()}
        if groups["blind"] and not groups["main"]:
            raise AnnotateError(
                "All of the selection is blind; give --blind, and the folder itself is the blind import."
            )
        if not groups["main"]:
            raise AnnotateError(f"No record of {scores} has a text to label; score some documents that can be read.")
        self.order["blind"] = [number for group in groups["blind"] for number in group]
        self.order["main"] = self._mixed_in(groups["main"])
        self.key.sort(key=lambda h: h.doc_id)
        self.counts["main"], self.counts["blind"] = len(self.order["main"]), len(self.order["blind"])
        for hidden in self.key:
            self.counts["gold" if hidden.split == "gold" else "checks"] += 1

    def _mixed_in(self, groups: list[list[int]]) -> list[int]:
        """Put checks and added gold items between the stories, a check far from the document it is a copy of."""
        extra: dict[int, list[int]] = {}
        size = len(groups)
        homes = set(self._homes.values())
        place_of = {number: place for place, group in enumerate(groups) for number in group if number in homes}
        for identity, number in self._added:
            extra.setdefault(draw(self._seed, "place", identity) % size, []).append(number)
        for hidden, number in self._chosen_checks():
            self.key.append(hidden)
            place = lot = draw(self._seed, "place", hidden.doc_id)
            home = place_of.get(self._homes.get(hidden.original or "", -1))
            if home is not None:  # a quarter of the way or more from it, either way round
                place = home + size // 4 + lot % max(1, size // 2)
            extra.setdefault(place % size, []).append(number)
        return [number for place, group in enumerate(groups) for number in (*extra.get(place, ()), *group)]

    def _chosen_checks(self) -> list[tuple[Hidden, int]]:
        """Give the checks of the first candidates that could be made into one."""
        made = [self._checks[identity] for identity in self._plan.candidates if identity in self._checks]
        silent, loud = self._plan.checks_wanted
        return [m for m in made if not m[0].loud][:silent] + [m for m in made if m[0].loud][:loud]

    def items(self, arm: str) -> Iterator[Item]:
        """Yield the documents of an arm in order."""
        for number in self.order[arm]:
            item = decode(self._items.read(number))
            if item.other in self._places:
                title, text = msgspec.msgpack.decode(self._texts.read(self._places[item.other]))
                item = msgspec.structs.replace(item, other_title=title or item.other, other_text=text)
            yield item


def _by_story(placed: list[_Placed]) -> list[list[int]]:
    """Numbers in order of place, those of a story together where its first stands."""
    first: dict[str, int] = {}
    for one in placed:
        if one.story is not None:
            first[one.story] = min(one.position, first.get(one.story, one.position))
    groups: dict[int, list[_Placed]] = {}
    for one in placed:
        groups.setdefault(first.get(one.story or "", one.position), []).append(one)
    return [[one.number for one in sorted(groups[place])] for place in sorted(groups)]


def _write(gathered: _Gathered, form: _Format, partial: Path, target: Path) -> list[str]:
    files: list[str] = []
    for arm, folder in (("main", partial), ("blind", partial / BLIND)):
        if not gathered.order[arm]:
            continue
        folder.mkdir(exist_ok=True)
        blind = gathered.blind or arm == "blind"
        names = form.write(gathered.items(arm), folder, blind=blind)
        (folder / GUIDELINES).write_text(guidelines(blind=blind), encoding="utf-8")
        for item, back in zip_longest(gathered.items(arm), form.read_back(folder)):
            if item is None or back != item.expected(blind=blind):
                what = f"document {shown(item.record.id)}" if item is not None else "the end"
                raise AnnotateError(
                    f"What was written to {target} does not read back whole ({what}); check the disk, export again."
                )
            if not blind:
                gathered.counts["flags"] += len(item.record.flags)
                if item.other is not None:
                    gathered.counts["others" if item.other_text else "others missing"] += 1
        files += [name if arm == "main" else f"{BLIND}/{name}" for name in names]
    if gathered.key:
        write_key(partial / KEY, gathered.key)
    return files
