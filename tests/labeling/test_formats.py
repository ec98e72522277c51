"""The same flags in every tool's format: offsets read back the way each tool counts, by code that is not ours."""

from __future__ import annotations

import csv
import json
from xml.etree import ElementTree

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotate.documents import LABELS, SEVERITIES
from annotate.errors import AnnotateError
from annotate.labeling import export
from annotate.labeling.exporting.utf16 import Utf16

TEXT = "🚀🚀 The teh rocket.\r\nIt flew to theMS station."
FORMATS = ("doccano", "inception", "jsonl", "csv")


# How each tool counts: plain readings of the files


def units(text, start, end):
    """Slice a text as Java and JavaScript do."""
    return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")


def read_doccano(folder):
    for line in (folder / "doccano.jsonl").read_text(encoding="ascii").splitlines():
        row = json.loads(line)
        marks = [(units(row["text"], s, e), label) for s, e, label in row["label"]]
        yield row["doc_id"], row["text"], marks, [(f["severity"], f["score"]) for f in row.get("flags", [])]


def read_inception(folder):
    for line in (folder / "documents.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
        row = json.loads(line)
        root = ElementTree.parse(folder / row["file"]).getroot()
        (sofa,) = root.findall("{http:///uima/cas.ecore}Sofa")
        text = sofa.get("sofaString")
        issues = root.findall("{http:///webanno/custom.ecore}Issue")
        marks = [(units(text, int(i.get("begin")), int(i.get("end"))), i.get("label")) for i in issues]
        yield row["doc_id"], text, marks, [(i.get("severity"), float(i.get("score"))) for i in issues]


def read_jsonl(folder):
    for line in (folder / "documents.jsonl").read_bytes().split(b"\n")[:-1]:
        row = json.loads(line)
        flags = row.get("flags", [])
        marks = [(row["text"][f["start"] : f["end"]], f["label"]) for f in flags]
        assert [f["text"] for f in flags] == [words for words, _ in marks]
        yield row["doc_id"], row["text"], marks, [(f["severity"], f["score"]) for f in flags]


def rows(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def plain(cell):
    return cell.removeprefix("'")


def read_csv(folder):
    flags = rows(folder / "flags.csv")
    for row in rows(folder / "documents.csv"):
        mine = [f for f in flags if f["doc_id"] == row["doc_id"]]
        marks = [(plain(f["text"]), f["label"]) for f in mine]
        yield row["doc_id"], None, marks, [(f["severity"], float(f["score"])) for f in mine]


READERS = {"doccano": read_doccano, "inception": read_inception, "jsonl": read_jsonl, "csv": read_csv}
CHARACTERS = st.sampled_from(list("ab \r\n\t.'\u2028\u0085\u0301é🚀𝒜\u200b\ufeff\u202e<&\"\xa0=+-@;,]>"))
ANY = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
XML = st.characters(exclude_characters="\ufffe\uffff", exclude_categories=["Cs", "Cc"])


@st.composite
def texts_and_flags(draw, characters):
    text = draw(st.text(CHARACTERS | characters, min_size=1, max_size=60))
    ranges = draw(
        st.lists(st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text))), unique=True, max_size=6)
    )
    flags = [
        (start, end, draw(st.sampled_from(LABELS)), draw(st.sampled_from(SEVERITIES)), draw(st.floats(0, 1)))
        for start, end in ranges
        if start < end
    ]
    return text, flags


@pytest.mark.parametrize("to", FORMATS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_text_and_any_flags_come_back_exactly(make, tmp_path_factory, to, data):
    text, drawn = data.draw(texts_and_flags(XML if to == "inception" else ANY))
    flags = [
        make.flag(text, text[start:end], label, at=start, severity=severity, score=score)
        for start, end, label, severity, score in drawn
    ]
    record = make.record("d1", text, flags, with_text=True)
    folder = tmp_path_factory.mktemp("property")
    done = export(make.scores(folder / "s.jsonl", record), (), folder / "out", to=to)
    assert (done.tasks, done.flags) == (1, len(flags))
    ((identity, back, marks, more),) = READERS[to](folder / "out")
    assert identity == "d1"
    assert back in (text, None)
    assert marks == [(f.text, f.label) for f in record.flags]
    assert more == [(f.severity, f.score) for f in record.flags]


@pytest.fixture
def exported(make, tmp_path):
    def run(to, *items, **options):
        records = [make.record(i, text, flags, with_text=True) for i, text, flags in items]
        export(make.scores(tmp_path / "s.jsonl", *records), (), tmp_path / "out", to=to, **options)
        return tmp_path / "out"

    return run


@pytest.mark.parametrize("to", FORMATS)
def test_every_document_is_there_and_the_blind_ones_tell_nothing(make, exported, to):
    flag = make.flag(TEXT, "teh", "spelling", reason="tell-tale")
    folder = exported(
        to, ("a", TEXT, [flag]), ("b", TEXT, []), ("c", TEXT, [flag, make.flag(TEXT, "theMS", "spelling")])
    )
    assert [(i, len(marks)) for i, _, marks, _ in READERS[to](folder)] == [("a", 1), ("b", 0), ("c", 2)]
    assert "tell-tale" in "".join(p.read_text(encoding="utf-8") for p in folder.iterdir())
    folder = exported(to, ("a", TEXT, [flag]), ("b", TEXT, []), blind=True)
    assert [(i, len(marks)) for i, _, marks, _ in READERS[to](folder)] == [("a", 0), ("b", 0)]
    everything = "".join(p.read_text(encoding="utf-8") for p in folder.iterdir() if p.name != "TypeSystem.xml")
    for word in ("tell-tale", '"verdict":', "0.7"):
        assert word not in everything


@pytest.mark.parametrize("to", FORMATS)
def test_the_same_scores_give_the_same_bytes_and_replace_another_tools(make, exported, to):
    flag = make.flag(TEXT, "teh", "spelling")
    exported("labelstudio", ("a", TEXT, [flag]))
    folder = exported(to, ("a", TEXT, [flag]))
    assert not (folder / "tasks.json").exists()
    before = {p.name: p.read_bytes() for p in folder.iterdir()}
    folder = exported(to, ("a", TEXT, [flag]))
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before


@pytest.mark.parametrize("to", ("labelstudio", *FORMATS))
def test_what_was_written_wrong_is_noticed(make, exported, monkeypatch, to):
    """The disk, a library or we ourselves: what is read back is compared with what was meant."""
    from annotate.labeling.exporting import exporter

    form = exporter._FORMATS[to]

    def spoiled(items, folder, *, blind):
        moved = [
            msgspec.structs.replace(f, start=f.start + 1, end=f.end + 1, text=TEXT[f.start + 1 : f.end + 1])
            for f in flags
        ]
        return form.write(
            [msgspec.structs.replace(i, record=msgspec.structs.replace(i.record, flags=moved)) for i in items],
            folder,
            blind=blind,
        )

    flags = [make.flag(TEXT, "teh", "spelling")]
    monkeypatch.setitem(exporter._FORMATS, to, form._replace(write=spoiled))
    with pytest.raises(AnnotateError, match="does not read back whole \\(document 'a'\\)"):
        exported(to, ("a", TEXT, flags))


# doccano


def test_doccano_counts_in_utf16_and_keeps_code_points_beside(make, exported):
    (line,) = (
        (exported("doccano", ("a", TEXT, [make.flag(TEXT, "teh", "spelling")])) / "doccano.jsonl")
        .read_text()
        .splitlines()
    )
    row = json.loads(line)
    assert row["label"] == [[9, 12, "spelling"]]
    assert [(f["start"], f["end"], f["text"]) for f in row["flags"]] == [(7, 10, "teh")]
    assert list(row)[:2] == ["text", "label"]


def test_doccano_gets_every_label_with_a_key_of_its_own(exported):
    types = json.loads((exported("doccano", ("a", TEXT, [])) / "labels.json").read_text())
    assert [t["text"] for t in types] == list(LABELS)
    assert len({t["suffixKey"] for t in types}) == len(LABELS)


# INCEpTION


def test_the_type_system_declares_the_layer_and_every_feature_that_is_used(make, exported):
    folder = exported("inception", ("a/b: c", TEXT, [make.flag(TEXT, "teh", "spelling", evidence={"meant": "<the>"})]))
    name = "{http://uima.apache.org/resourceSpecifier}"
    kind = ElementTree.parse(folder / "TypeSystem.xml").getroot().find(f".//{name}typeDescription")
    assert kind.find(f"{name}name").text == "webanno.custom.Issue"
    assert kind.find(f"{name}supertypeName").text == "uima.tcas.Annotation"
    declared = {
        f.find(f"{name}name").text: f.find(f"{name}rangeTypeName").text for f in kind.iter(f"{name}featureDescription")
    }
    assert declared["score"] == "uima.cas.Float"
    root = ElementTree.parse(folder / "00001-a-b-c.xmi").getroot()
    (issue,) = root.findall("{http:///webanno/custom.ecore}Issue")
    assert "'<the>'" in issue.get("why")
    used = {k for k in issue.attrib if not k.startswith("{")} - {"sofa", "begin", "end"}
    assert used <= set(declared)
    ids = [e.get("{http://www.omg.org/XMI}id") for e in root if e.get("{http://www.omg.org/XMI}id")]
    assert len(ids) == len(set(ids))
    (view,) = root.findall("{http:///uima/cas.ecore}View")
    assert set(view.get("members").split()) == set(ids) - {
        "0",
        root.find("{http:///uima/cas.ecore}Sofa").get("{http://www.omg.org/XMI}id"),
    }


@pytest.mark.parametrize("character", ["\x0c", "\x01", "\ufffe"])
def test_what_xml_cannot_carry_is_refused_by_name(exported, tmp_path, character):
    with pytest.raises(AnnotateError, match=rf"Document 'a' holds U\+{ord(character):04X} at code point 5, which XML"):
        exported("inception", ("a", f"Page {character}two.", []))
    assert not (tmp_path / "out").exists()


# CSV


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx", "\nx", "'quoted", "＝1"])
def test_no_cell_begins_a_formula(make, exported, words):
    text = f"{words} and more"
    folder = exported("csv", (words.strip() or "a", text, [make.flag(text, words, "spam")]))
    for row in rows(folder / "flags.csv"):
        assert row["text"] == f"'{words}"
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝")) for cell in row.values())


def test_line_breaks_commas_and_quotes_stay_in_their_cell(make, exported):
    text = 'One, "two"\r\nthree;\n four'
    folder = exported("csv", ("a", text, [make.flag(text, text, "garbled")]), ("b", text, []))
    assert [row["text"] for row in rows(folder / "flags.csv")] == [text]
    assert [row["doc_id"] for row in rows(folder / "documents.csv")] == ["a", "b"]
    assert (folder / "flags.csv").read_bytes().startswith(b'\xef\xbb\xbf"doc_id"')


# UTF-16


@given(st.text(st.sampled_from("a🚀é𝒜\n\u0301"), max_size=20))
def test_utf16_offsets_are_those_of_the_encoding(text):
    place = Utf16(text)
    for offset in range(len(text) + 1):
        assert place.units(offset) == len(text[:offset].encode("utf-16-le")) // 2
        assert place.code_points(place.units(offset)) == offset


def test_an_offset_inside_a_character_is_refused():
    with pytest.raises(ValueError, match="inside a character"):
        Utf16("a🚀").code_points(2)
