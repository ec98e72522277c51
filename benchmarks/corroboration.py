"""What holding documents against each other costs, from kept documents to findings: time per document and memory.

    python benchmarks/corroboration.py 1000 5000

Corpora are made up (see ``benchmarks/stories.py``), each size in a process of its own, one worker, processor time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time

from annotate.config import CorroborationConfig
from annotate.corroboration.corroborate import corroborate
from annotate.corroboration.store import Store, keep
from annotate.documents import Document
from stories import made_up


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="+", metavar="DOCUMENTS")
    parser.add_argument("--per-day", type=int, default=300)
    arguments = parser.parse_args()
    print("documents  keeping ms  comparing ms  peak MB above start  stories of two or more")
    for size in arguments.sizes:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            row = pool.apply(measure, (size, arguments.per_day))
        print("{:9,}  {:10.2f}  {:12.2f}  {:19.0f}  {:22,}".format(size, *row), flush=True)


def measure(size: int, per_day: int) -> tuple[float, float, float, int]:
    """Keep and compare one corpus."""
    keep(Document("The word list is read before the clock starts, and so is everything else."))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    keeping = 0.0
    with Store(None) as store:
        for key, day, document in made_up(size, per_day):
            begin = time.process_time()
            store.append(keep(Document(document.text, id=key, published=day.isoformat())))
            keeping += time.process_time() - begin
        begin = time.process_time()
        with corroborate(store, CorroborationConfig()) as found:
            comparing = time.process_time() - begin
            peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            return 1000 * keeping / size, 1000 * comparing / size, peak, found.stories


if __name__ == "__main__":
    main()
