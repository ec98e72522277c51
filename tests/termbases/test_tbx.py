from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from annotate.cli.terms import command
from annotate.documents import Document
from annotate.errors import AnnotateError
from annotate.termbases import Matcher, load_termbase
from annotate.termbases.tbx import import_tbx, to_yaml

V2 = """<?xml version="1.0" encoding="UTF-8"?>
<martif type="TBX-Basic" xml:lang="en"><text><body>
<termEntry id="c1">
  <descrip type="subjectField">rail</descrip>
  <langSet xml:lang="de-AT"><tig><term>Weiche</term></tig></langSet>
  <langSet xml:lang="en">
    <tig><term>turnout</term><termNote type="administrativeStatus">admittedTerm-admn-sts</termNote></tig>
    <tig><term>points</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></tig>
    <tig><term>soft-rail (old)</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></tig>
  </langSet>
</termEntry>
<termEntry id="c2"><langSet xml:lang="en"><ntig><termGrp><term>sleeper</term></termGrp></ntig></langSet></termEntry>
<termEntry id="c3"><langSet xml:lang="en"><tig><term>wrong only</term>
  <termNote type="administrativeStatus">supersededTerm-admn-sts</termNote></tig></langSet></termEntry>
</body></text></martif>
"""
V3_DCA = """<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"><text><body>
<conceptEntry id="c1">
  <langSec xml:lang="de"><termSec><term>Weiche</term></termSec></langSec>
  <langSec xml:lang="en">
    <termSec><term>points</term></termSec>
    <termSec><term>soft rail</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec>
  </langSec>
</conceptEntry></body></text></tbx>
"""
V3_DCT = """<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="dct" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2"
     xmlns:min="http://www.tbxinfo.net/ns/min" xmlns:basic="http://www.tbxinfo.net/ns/basic"><text><body>
<conceptEntry id="c1"><min:subjectField>rail</min:subjectField>
  <langSec xml:lang="de"><termSec><term>Weiche</term></termSec></langSec>
  <langSec xml:lang="en">
    <termSec><term>points</term><min:administrativeStatus>preferredTerm-admn-sts</min:administrativeStatus></termSec>
    <termSec><term>soft rail</term>
      <min:administrativeStatus>deprecatedTerm-admn-sts</min:administrativeStatus></termSec>
  </langSec>
</conceptEntry></body></text></tbx>
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "rail.tbx"
    path.write_text(content, encoding="utf-8")
    return path


def test_edition_of_2008(tmp_path: Path) -> None:
    imported = import_tbx(write(tmp_path, V2), "de")
    (entry,) = imported.termbase.entries
    assert entry.terms == ("soft rail old+",)
    assert entry.expected == ("points", "turnout")
    assert entry.sources == {"de": ("Weiche",)}
    assert entry.domain == "rail"
    assert (imported.concepts, imported.without_deprecated, imported.without_expected) == (3, 1, 1)


@pytest.mark.parametrize(("content", "domain"), [(V3_DCA, "transport"), (V3_DCT, "rail")], ids=["dca", "dct"])
def test_edition_of_2019(tmp_path: Path, content: str, domain: str) -> None:
    (entry,) = import_tbx(write(tmp_path, content), "de", domain="transport").termbase.entries
    assert (entry.terms, entry.expected, entry.domain) == (("soft rail+",), ("points",), domain)
    assert entry.sources == {"de": ("Weiche",)}


def test_an_imported_termbase_reads_back_the_same_and_matches(tmp_path: Path) -> None:
    termbase = import_tbx(write(tmp_path, V3_DCT), "de").termbase
    path = tmp_path / "rail.yaml"
    path.write_text(to_yaml(termbase), encoding="utf-8")
    assert load_termbase(path) == termbase
    (match,) = Matcher(termbase.entries).find(Document("Two soft rails were blocked."))
    assert (match.start, match.end) == (4, 14)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<martif><text>", "is not well-formed XML"),
        ("<html/>", "is not TBX: its root is <html>, expected <martif> or <tbx>."),
        ('<!DOCTYPE martif [<!ENTITY a "b">]><martif/>', "declares XML entities, which are not read"),
        (V3_DCA.replace("deprecatedTerm", "admittedTerm"), "has a deprecated 'en' term and one to use instead"),
    ],
)
def test_mistakes_are_one_sentence(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(AnnotateError) as error:
        import_tbx(write(tmp_path, content), "de")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_command_imports_and_checks(tmp_path: Path) -> None:
    source, target = write(tmp_path, V2), tmp_path / "rail.yaml"
    result = CliRunner().invoke(command, ["import", str(source), "-o", str(target), "--from", "de"])
    assert result.exit_code == 0, result.output
    assert (
        "1 entries from 3 concepts; left out: 1 without a deprecated en term, 1 without one to use instead."
        in result.output
    )
    result = CliRunner().invoke(command, ["check", str(target)])
    assert result.exit_code == 0
    assert "rail, 1 entries, 1 terms, languages de, license that of the TBX file" in result.output


def test_command_refuses_an_unknown_language(tmp_path: Path) -> None:
    arguments = ["import", str(write(tmp_path, V2)), "-o", str(tmp_path / "x.yaml"), "--from", "german"]
    with pytest.raises(AnnotateError, match="'german' is not a language code of ISO 639-1"):
        CliRunner().invoke(command, arguments, catch_exceptions=False)
