"""How patients are divided into chunks, and where the tables of a chunk lie."""

from pathlib import Path
from typing import Final

PATIENTS_IN_A_CHUNK: Final = 125_000
"""Enough to keep a core busy, few enough for as many chunks at a time as there are cores to fit into memory."""


def chunk_file(tables: Path, name: str, chunk: int) -> Path:
    """Name the file of one table and chunk."""
    return tables / name / f"{chunk:05d}.parquet"
