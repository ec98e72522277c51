"""Reliability diagrams: stated probability against the share of truth, by label and length band, as numbers and as SVG.

Niculescu-Mizil and Caruana (2005) for the diagram, Guo et al. (2017) for the expected calibration error.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from annotate.training.linear import expected_calibration_error

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

FEWEST_TRUE: Final = 20
"""A diagram needs as many items of either class."""
_FEWEST_IN_BIN: Final = 5


def diagram(stated: Floats, truth: Bools, weights: Floats, *, bins: int = 10) -> list[list[float]]:
    """Bin probabilities into equal widths; for each bin with five items or more: mean stated, share true, items."""
    where = np.minimum((stated * bins).astype(int), bins - 1)
    points: list[list[float]] = []
    for b in range(bins):
        here = where == b
        if here.sum() >= _FEWEST_IN_BIN:
            mean, share = (float(np.average(values[here], weights=weights[here])) for values in (stated, truth))
            points.append([round(mean, 3), round(share, 3), int(here.sum())])
    return points


def by_length(
    label: str,
    stated: Floats,
    truth: Bools,
    weights: Floats,
    lengths: npt.NDArray[np.int64],
    bands: Sequence[tuple[int, int]],
) -> list[dict[str, Any]]:
    """Measure one label's calibration in each length band.

    Args:
        label: what the probability is of.
        stated: probabilities.
        truth: whether the label holds.
        weights: of the items.
        lengths: of what each item stands in, in words.
        bands: first and last length of each band, both included.

    Returns:
        A row for each band with :data:`FEWEST_TRUE` items of both classes.
    """
    rows: list[dict[str, Any]] = []
    for low, high in bands:
        mask = (lengths >= low) & (lengths <= high)
        if min(truth[mask].sum(), (~truth[mask]).sum()) < FEWEST_TRUE:
            continue
        part = (stated[mask], truth[mask], weights[mask])
        rows.append(
            {
                "label": label,
                "band": f"{low}-{high}" if high < 10**6 else f"{low}+",
                "items": int(mask.sum()),
                "share": round(float(np.average(part[1], weights=part[2])), 4),
                "ece": round(expected_calibration_error(*part), 4),
                "points": diagram(*part),
            }
        )
    return rows


def draw(found: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw diagrams (``label``, ``band``, ``points``) as one SVG: a column a label, a row a band of any label.

    A dot's area grows with its number of items; its title tells the numbers.
    """
    labels = list(dict.fromkeys(d["label"] for d in found))
    rows: dict[str, int] = {}
    place: list[tuple[int, int]] = []
    for d in found:
        # What the length is of differs by label (text, line, segment): rows are not shared, a diagram names its band.
        row = rows[d["label"]] = rows.get(d["label"], -1) + 1
        place.append((labels.index(d["label"]), row))
    size, gap, left, top = 150, 34, 12, 44
    parts: list[str] = []
    for d, (column, row) in zip(found, place, strict=True):
        x0, y0 = left + column * (size + gap), top + row * (size + gap)
        parts.append(f'<text x="{x0}" y="{y0 - 5}" fill="#666">{d["band"]} words</text>')
        parts.append(f'<rect x="{x0}" y="{y0}" width="{size}" height="{size}" fill="none" stroke="#999"/>')
        parts.append(f'<path d="M{x0} {y0 + size}L{x0 + size} {y0}" stroke="#bbb" stroke-dasharray="3 3"/>')
        line = " ".join(f"{x0 + p[0] * size:.1f},{y0 + size - p[1] * size:.1f}" for p in d["points"])
        parts.append(f'<polyline points="{line}" fill="none" stroke="#15607a"/>')
        for stated, true, count in d["points"]:
            radius = min(6.0, 1.5 + count**0.5 / 4)
            where = f'cx="{x0 + stated * size:.1f}" cy="{y0 + size - true * size:.1f}" r="{radius:.1f}"'
            title = f"stated {stated:.2f}, true {true:.2f}, {int(count)} items"
            parts.append(f'<circle {where} fill="#15607a"><title>{title}</title></circle>')
    parts += [f'<text x="{left + c * (size + gap)}" y="16">{label}</text>' for c, label in enumerate(labels)]
    width = left + len(labels) * (size + gap)
    height = top + (max((row for _, row in place), default=-1) + 1) * (size + gap)
    font = 'font-family="sans-serif" font-size="12"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" {font}>'
    path.write_text("\n".join([head, *parts, "</svg>", ""]), encoding="utf-8")
