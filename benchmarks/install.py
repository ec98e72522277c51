"""Time and size of `pip install .` in a fresh virtual environment, what weighs most, and whether it scores.

python benchmarks/install.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = [sys.executable, "-m", "venv", folder]
        subprocess.run(run, check=True)
        python = str(Path(folder) / "bin" / "python")
        site = next(Path(folder).glob("lib/python3*/site-packages"))
        before = {d.metadata["Name"] for d in distributions(path=[str(site)])}
        begin = time.perf_counter()
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", str(ROOT)],
            check=True,
            stderr=subprocess.DEVNULL,
        )
        seconds = time.perf_counter() - begin
        sizes: Counter[str] = Counter()
        for distribution in distributions(path=[str(site)]):
            if distribution.metadata["Name"] in before:
                continue
            for file in distribution.files or ():
                path = Path(str(distribution.locate_file(file)))
                if path.is_file():
                    sizes[distribution.metadata["Name"]] += path.stat().st_size
        total = sum(sizes.values())
        print(f"pip install .   {seconds:.0f} s   {total / 1e6:.0f} MB in {len(sizes)} packages (torch: no)\n")
        print("| package | MB | share |")
        print("|---|---:|---:|")
        for name, size in sizes.most_common(12):
            print(f"| {name} | {size / 1e6:.1f} | {size / total:.0%} |")
        code = "import annotate; print('scores:', annotate.load()('The council met on Monday to wait.').status)"
        subprocess.run([python, "-c", code], check=True, cwd=folder)


if __name__ == "__main__":
    main()
