"""Stored papers one after the other in one PDF, in a process of its own: it reads paths and writes a file.

Run as `python merging.py TARGET` with a path a line on its standard input. It imports nothing of the application.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

#: Seconds that the largest bundle may take.
_TIMEOUT = 300


def merge(papers: Sequence[Path], target: Path) -> None:
    """Put these one-page papers into one file. Raises subprocess.SubprocessError when it cannot be made."""
    subprocess.run(  # noqa: S603 - our own program, nothing typed among its arguments
        [sys.executable, "-I", __file__, str(target)],
        input="\n".join(map(str, papers)).encode(),
        timeout=_TIMEOUT,
        check=True,
    )


def _main() -> None:
    import pypdfium2
    from pypdfium2 import raw

    whole = pypdfium2.PdfDocument.new()
    for path in sys.stdin.read().splitlines():
        part = pypdfium2.PdfDocument(path)
        page = part[0]
        # A signature is of its own file: carried into another it would be shown as broken.
        for at in reversed(range(raw.FPDFPage_GetAnnotCount(page.raw))):
            raw.FPDFPage_RemoveAnnot(page.raw, at)
        whole.import_pages(part, [0])
        page.close()
        part.close()
    whole.save(sys.argv[1])


if __name__ == "__main__":
    _main()
