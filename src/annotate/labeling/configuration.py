"""The labeling configuration: Label Studio's XML, made from the label list, and read back for checking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from annotate.documents import FAMILIES, LABELS, SEVERITIES, Family
from annotate.errors import AnnotateError
from annotate.labeling.meanings import LABEL_MEANINGS, SEVERITY_MEANINGS, VERDICT_MEANINGS

# Four shades per family would be told apart by nobody beside their text; the family gives the hue, the label's name
# and its hotkey tell it apart. Hues of ColorBrewer's Dark2 (Brewer 2002), which are safe for the colour-blind.
FAMILY_COLOURS: Final[dict[Family, str]] = {
    "origin": "#7570b3",
    "integrity": "#d95f02",
    "span": "#1b9e77",
    "evidence": "#e7298a",
}
# The keys Label Studio itself gives out to labels and choices; the others are commands of its editor.
LABEL_KEYS: Final = "1234567890qwetasdfgz"
_SEVERITY_KEYS: Final = {"neutral": "n", "minor": "m", "major": "j", "critical": "k"}

MAXIMUM_RATING: Final = 5
MAXIMUM_SCORE: Final = 100


@dataclass(frozen=True, slots=True)
class Control:
    """One control tag of a labeling configuration: what a result may refer to."""

    type: str
    """Type of its results: ``labels``, ``choices``, ``textarea``, ``rating``, ``number``."""
    to_name: str
    values: frozenset[str]
    """Allowed labels or choices; empty where the type has none."""
    per_region: bool
    minimum: float = 0
    maximum: float = 0
    """Range of a rating or number."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """What matters of a labeling configuration when a task is checked against it."""

    controls: dict[str, Control]
    objects: dict[str, str]
    """Name of a tag that shows data → the field of the task's data it shows."""
    fields: frozenset[str]
    """Every field of a task's data the configuration uses; a task without one is refused by the server."""


def labeling_config(*, evidence: bool = True) -> str:
    """Make the configuration as XML: labels by family, severity and comment per region, questions on the whole.

    Args:
        evidence: show the table of evidence and the other document. A blind arm must not see them.
    """
    labels = [
        _tag("Label", value=label, background=FAMILY_COLOURS[FAMILIES[label]], hotkey=key, hint=LABEL_MEANINGS[label])
        for label, key in zip(LABELS, LABEL_KEYS, strict=True)
    ]
    severities = [
        _tag("Choice", value=severity, hotkey=_SEVERITY_KEYS[severity], hint=SEVERITY_MEANINGS[severity])
        for severity in SEVERITIES
    ]
    origins = [_tag("Choice", value=value, hint=hint) for value, hint in VERDICT_MEANINGS.items()]
    found = [
        _collapse("Why it was flagged", [_tag("Table", name="evidence", value="$evidence")]),
        # No control names this text, so nothing can be marked in it.
        _collapse(
            "The other document of the same story",
            [
                _tag("Header", value="$other_title", size="5"),
                _tag("Text", name="other", value="$other", saveTextResult="no"),
            ],
        ),
    ]
    question = "How good is the text as English news: 0 broken, 33 flawed, 66 good, 100 perfect"
    children = [
        _tag("Header", value="$title"),
        _tag("Labels", labels, name="label", toName="text", showInline="true", choice="single"),
        _tag("Text", name="text", value="$text", granularity="word", saveTextResult="yes"),
        _tag("Header", value="Severity of the selected passage", size="5"),
        _tag(
            "Choices",
            severities,
            name="severity",
            toName="text",
            perRegion="true",
            required="true",
            requiredMessage="Give the severity of every marked passage",
            choice="single-radio",
        ),
        _tag(
            "TextArea",
            name="comment",
            toName="text",
            perRegion="true",
            rows="2",
            maxSubmissions="1",
            placeholder="Comment",
        ),
        *(found if evidence else []),
        _tag("Header", value="The document as a whole reads as", size="5"),
        _tag("Choices", origins, name="origin", toName="text", choice="single-radio", required="true"),
        _tag("Header", value="How reliable is it as a source: 1 not at all, 5 fully", size="5"),
        _tag("Rating", name="reliability", toName="text", maxRating=str(MAXIMUM_RATING)),
        _tag("Header", value=question, size="5"),
        _tag("Number", name="score", toName="text", min="0", max=str(MAXIMUM_SCORE), step="1", slider="true"),
    ]
    return _tag("View", children) + "\n"


def read_config(xml: str) -> Configuration:
    """Read a labeling configuration back.

    Raises:
        AnnotateError: if it is not well-formed, a name is used twice, or a control points at nothing.
    """
    try:
        root = ElementTree.fromstring(xml)  # noqa: S314 - our own file, and no entity is declared in it
    except ElementTree.ParseError as error:
        raise AnnotateError(f"The labeling configuration is not well-formed XML ({error}); export it again.") from error
    controls: dict[str, Control] = {}
    objects: dict[str, str] = {}
    fields: set[str] = set()
    for element in root.iter():
        value = element.get("value", "")
        if value.startswith("$"):
            fields.add(value[1:])
        name = element.get("name")
        if name is None:
            continue
        if name in controls or name in objects:
            raise AnnotateError(f"The labeling configuration uses the name {name!r} twice; export it again.")
        to_name = element.get("toName")
        if to_name is None:
            objects[name] = value.removeprefix("$")
        else:
            controls[name] = Control(
                type=element.tag.lower(),
                to_name=to_name,
                values=frozenset(child.get("value", "") for child in element),
                per_region=element.tag == "Labels" or element.get("perRegion") == "true",
                minimum=float(element.get("min", "0")),
                maximum=float(element.get("maxRating") or element.get("max") or "0"),
            )
    for name, control in controls.items():
        if control.to_name not in objects:
            raise AnnotateError(
                f"Control {name!r} of the labeling configuration points at {control.to_name!r}, "
                "which it does not have; export it again."
            )
    return Configuration(controls, objects, frozenset(fields))


def _collapse(title: str, children: list[str]) -> str:
    return _tag("Collapse", [_tag("Panel", children, value=title)])


def _tag(tag: str, children: list[str] | None = None, **attributes: str) -> str:
    """Make an XML element. Attributes always in double quotes: Label Studio's own checks look for nothing else."""
    start = tag + "".join(f' {key}="{escape(value, {chr(34): "&quot;"})}"' for key, value in attributes.items())
    if children is None:
        return f"<{start}/>"
    inside = "".join("\n  " + child.replace("\n", "\n  ") for child in children)
    return f"<{start}>{inside}\n</{tag}>"
