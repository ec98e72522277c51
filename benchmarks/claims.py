"""Values, terms and names across documents, measured on the reliability data, each figure beside its floor and aim.

    python benchmarks/claims.py --data ../shared/data/reliability

Stories are halved by a stable hash of their id: thresholds are chosen on one half and figures reported on the other.
"""

from __future__ import annotations

import argparse
import datetime
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq

from annotate.corroboration.claims import FLAGGED
from annotate.corroboration.conflicts import ALIGNED, Relation, Story, relate
from annotate.corroboration.entities import TypeMention, gather_forms, outlying_types, type_words
from annotate.corroboration.values import DocumentValues, document_values
from annotate.documents import Document
from annotate.lexicon import lexicon
from annotate.models.features import stable_hash

FALSE_ALARMS: Final = 0.05
FLOORS: Final = {"number": 0.25, "person_name": 0.08, "weekday": 0.10, "date": 0.08}
AIM: Final = 0.60


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/reliability"))
    parser.add_argument("--half", choices=("choose", "report"), default="report", help="half of the stories to report")
    parser.add_argument("--only", choices=("planted", "real", "gold", "variants"), default=None)
    arguments = parser.parse_args()
    if arguments.only in (None, "planted"):
        planted(arguments.data, arguments.half)
    if arguments.only in (None, "real"):
        real(arguments.data)
    if arguments.only in (None, "gold"):
        gold(arguments.data)
    if arguments.only in (None, "variants"):
        variants(arguments.data)


def rows(path: Path) -> list[dict[str, Any]]:
    """Read a Parquet file."""
    found: list[dict[str, Any]] = pq.read_table(path).to_pylist()
    return found


def day(text: str | None) -> datetime.date | None:
    """Read an ISO date, if it is one."""
    try:
        return datetime.date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def chosen(event: str) -> bool:
    """Whether a story belongs to the half that thresholds are chosen on."""
    return stable_hash(event) % 2 == 0


# --- planted conflicts ----------------------------------------------------------------------------------------------


def planted(data: Path, half: str) -> None:
    """Planted facts found at 5 % false alarms on the same place of the unaltered document."""
    documents = {d["id"]: d for r in rows(data / "event_clusters.parquet") for d in r["docs"]}
    cache: dict[str, DocumentValues] = {}

    def values(identifier: str) -> DocumentValues:
        if identifier not in cache:
            d = documents[identifier]
            cache[identifier] = document_values(Document(text=d["text"]), identifier, day(d["date"]))
        return cache[identifier]

    clean: dict[str, list[Relation]] = {}
    results: dict[str, list[tuple[bool, float, float, bool]]] = defaultdict(list)
    others: list[int] = []
    types: dict[str, tuple[TypeMention, ...]] = {}
    called = Counter[str]()

    def odd_type(row: dict[str, Any], text: str) -> bool:
        for s in row["support"]:
            types.setdefault(s, type_words(Document(text=documents[s]["text"])))
        story = [(row["doc"], type_words(Document(text=text))), *((s, types[s]) for s in row["support"])]
        span = (row["start"], row["start"] + len(row["original"]))
        return any(c.document == row["doc"] and c.start < span[1] and span[0] < c.end for c in outlying_types(story))

    for row in rows(data / "planted_conflicts.parquet"):
        if half == "choose" and not chosen(row["event"]):
            continue
        if row["type"] == "entity_type":
            if chosen(row["event"]) == (half == "choose"):
                called["n"] += 1
                called["found"] += odd_type(row, row["altered_text"])
                called["alarms"] += odd_type(row, documents[row["doc"]]["text"])
            continue
        support = [values(s) for s in row["support"]]
        altered = document_values(Document(text=row["altered_text"]), row["doc"], values(row["doc"]).published)
        if row["doc"] not in clean:
            clean[row["doc"]] = relate([values(row["doc"]), *support])
            others.append(sum(is_conflict(r) and r.score >= 0.5 for r in clean[row["doc"]]))
        on_clean = score_at(clean[row["doc"]], row["doc"], row["start"], row["start"] + len(row["original"]))
        on_altered = score_at(relate([altered, *support]), row["doc"], row["start"], row["end"])
        findable = has_aligned(values(row["doc"]), support, row["start"], row["start"] + len(row["original"]))
        results[row["type"]].append((chosen(row["event"]), on_altered, on_clean, findable))
    print(f"Conflicts with a score of .5 or more in an unaltered triple: {np.mean(others):.2f} ({len(others)} triples)")
    for kind, floor in FLOORS.items():
        table = np.array(results[kind], float)
        mine = table[table[:, 0] == 1]
        threshold = max(float(np.quantile(mine[:, 2], 1 - FALSE_ALARMS, method="higher")), 0.02) + 1e-9
        reported = table[table[:, 0] == (half == "choose")]
        found, alarms, findable = reported[:, 1] >= threshold, reported[:, 2] >= threshold, reported[:, 3] == 1
        print(
            f"planted {kind:12} n={len(reported):3} threshold {threshold:.3f}: found {found.mean():.2f} "
            f"(of the {findable.sum()} findable {found[findable].mean():.2f}), false alarms {alarms.mean():.3f}; "
            f"at a score of .5 {(reported[:, 1] >= 0.5).mean():.2f} and {(reported[:, 2] >= 0.5).mean():.3f}; "
            f"floor {floor:.2f}, aim {AIM:.2f}"
        )
    print(
        f"planted entity_type n={called['n']}: found {called['found'] / called['n']:.2f}, "
        f"false alarms {called['alarms'] / called['n']:.3f} (most are a party's adjective or an office without a name)"
    )
    for kind in ("number_format", "name_variant", "date_format"):
        table = np.array(results[kind], float)
        flagged = (table[:, 1] >= 0.5).sum()
        print(f"no conflict: {kind:13} n={len(table):3}: flagged at .5 {flagged}, at all {(table[:, 1] > 0).sum()}")


def real(data: Path) -> None:
    """Conflicts in real documents, none of them known to be in conflict: automatic clusters, on which weights were set.

    What is found here is a false alarm as a rule, or a mistake that nobody has noted.
    """
    found: Counter[tuple[str, float]] = Counter()
    documents = 0
    for row in rows(data / "event_clusters_auto.parquet"):
        texts = [(d["id"], Document(text=d["text"]), day(d["date"])) for d in row["docs"]]
        documents += len(texts)
        conflicts = [
            (r.kind, r.score) for r in relate([document_values(t, i, d) for i, t, d in texts]) if is_conflict(r)
        ]
        conflicts += [("type", c.score) for c in outlying_types([(i, type_words(t)) for i, t, _ in texts])]
        found.update((kind, limit) for kind, score in conflicts for limit in (FLAGGED, 0.5) if score >= limit)
    by_kind = ", ".join(f"{kind} {found[kind, FLAGGED]}/{found[kind, 0.5]}" for kind in sorted({k for k, _ in found}))
    print(f"conflicts in {documents} real documents, at scores of {FLAGGED} and .5: {by_kind}")


def is_conflict(relation: Relation) -> bool:
    """Whether two values were found to contradict each other."""
    return relation.relation == "conflict"


def has_aligned(document: DocumentValues, support: list[DocumentValues], start: int, end: int) -> bool:
    """Whether some support document says the original value in a sentence about the same thing."""
    story = Story([document, *support])
    mine = [v for v in document.values if v.start < end and start < v.end]
    return any(
        v.kind == other.kind
        and (v.attribute == other.attribute if v.kind == "weekday" else v.norm == other.norm)
        and story.alignment(v, other) >= ALIGNED
        for v in mine
        for d in support
        for other in d.values
    )


def score_at(relations: list[Relation], document: str, start: int, end: int) -> float:
    """Highest score of a conflict in which the value at a place is the odd one, or one of two equals."""
    best = 0.0
    for relation in relations:
        if not is_conflict(relation):
            continue
        for member in relation.members:
            overlaps = member.document == document and member.start < end and start < member.end
            if overlaps and (member in relation.odd or len(relation.members) == 2):
                best = max(best, relation.score)
    return best


# --- real pairs -----------------------------------------------------------------------------------------------------


def gold(data: Path) -> None:
    """Real pairs of differing values, by hand: precision of "conflict" where half of the conflicts are found.

    Only the sentences around the values are labelled, so only they are read. Each file has three conflicts.
    """
    events = []
    for row in rows(data / "value_conflicts_events_gold.parquet"):
        relations = relate(
            [
                document_values(Document(text=d["span"]), d["id"] + str(i), day(d["date"]))
                for i, d in enumerate(row["docs"])
            ]
        )
        outcome = [r for r in relations if r.attribute == row["attr"]]
        events.append((row["gold"] == "conflict", best(outcome), row["gold"]))
    precision("conflicts of tolls by event", events, 0.18)
    pairs = []
    for row in rows(data / "value_pairs_gold.parquet"):
        sides = [document_values(Document(text=row[s]["sentence"]), s, day(row[s]["date"])) for s in ("a", "b")]
        pairs.append((row["gold"] == "different_fact", best(relate(sides)), row["gold"]))
    precision("different facts in like sentences", pairs, 1 / 117)


def best(relations: list[Relation]) -> float:
    """Highest score of a conflict; none is 0."""
    return max((r.score for r in relations if is_conflict(r)), default=0.0)


def precision(name: str, found: list[tuple[bool, float, str]], floor: float) -> None:
    """Print precision at a recall of .5; values of equal score are taken together."""
    wanted = sum(label for label, _, _ in found)
    line = "not reached: conflicts found " + str(sum(label and score > 0 for label, score, _ in found))
    for threshold in sorted({score for _, score, _ in found if score > 0}, reverse=True):
        taken = [label for label, score, _ in found if score >= threshold]
        if sum(taken) >= wanted / 2:
            line = f"{sum(taken) / len(taken):.2f} ({sum(taken)} of {len(taken)} taken, threshold {threshold:.3f})"
            break
    wrong = Counter(kind for label, score, kind in found if score > 0 and not label)
    print(
        f"{name}: n={len(found)}, conflicts {wanted}, precision at recall .5: {line}; floor {floor:.2f}, aim {AIM:.2f}"
    )
    print(f"    taken for conflicts at any score, not being any: {dict(sorted(wrong.items()))}")


# --- forms of names -------------------------------------------------------------------------------------------------


def variants(data: Path) -> None:
    """Chains of coreferent mentions: are the proper-name forms of a chain gathered, and those of two chains apart?"""
    topics: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows(data / "entity_variants.parquet"):
        if not row["type"].startswith(("HUMAN_PART", "LOC", "NON_HUMAN")):
            continue
        names = [f["form"] for f in row["forms"] if is_name(f["form"])]
        if names:
            topics[row["topic"]].append(names)
    for half in (True, False):
        counted: Counter[str] = Counter()
        for topic, chains in sorted(topics.items()):
            if chosen(topic) is not half:
                continue
            group_of = {f: i for i, g in enumerate(gather_forms(f for c in chains for f in c)) for f in g}
            owners: dict[int, set[int]] = defaultdict(set)
            for number, chain in enumerate(chains):
                for form in chain:
                    owners[group_of[form]].add(number)
                if len(set(chain)) > 1:
                    counted["chains"] += 1
                    counted["gathered"] += len({group_of[f] for f in chain}) == 1
                    counted["exact"] += len({f.lower() for f in chain}) == 1
            # A form that two chains have in the data ("Iran", the state and the place) is nobody's false merge.
            for group, found in owners.items():
                forms = [{f for f in chains[n] if group_of[f] == group} for n in sorted(found)]
                counted["merged"] += sum(not a & b for i, a in enumerate(forms) for b in forms[i + 1 :])
        share, floor = counted["gathered"] / counted["chains"], counted["exact"] / counted["chains"]
        print(
            f"names, {'choosing' if half else 'reporting'} half: of {counted['chains']} chains with two forms or more "
            f"{share:.2f} gathered (floor, case alone: {floor:.2f}); chains falsely merged: {counted['merged']}"
        )


def is_name(form: str) -> bool:
    """Whether a form is a proper name: capitalised but for function words, and no common noun or pronoun ("They")."""
    words = [w for w in form.split() if w.lower() not in ("the", "of", "and", "a", "'s", "for", "in")]
    common = len(words) == 1 and 2 * lexicon().count(words[0].lower()) > lexicon().any_case(words[0])
    return bool(words) and all(w[0].isupper() for w in words) and not common


if __name__ == "__main__":
    main()
