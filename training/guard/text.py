"""Text as the gate shows it to the model, and the rows of the data folder."""

import gzip
import hashlib
import json
import re
import unicodedata
from pathlib import Path

# Zero-width, bidirectional, tag and variation characters: the gate takes them out as well.
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]")
SPACE = re.compile(r"\s+")


def normalise(text: str) -> str:
    return SPACE.sub(" ", UNSEEN.sub("", unicodedata.normalize("NFKC", text))).strip()


def share(key: str) -> float:
    """A number in [0, 1) that depends on the key alone: who is held out does not depend on who came first."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32


def read(path: Path) -> list[dict]:
    name = path.name.removesuffix(".jsonl.gz")
    rows = []
    with gzip.open(path, "rt", encoding="utf8") as lines:
        for line in lines:
            row = json.loads(line)
            rows.append(
                {
                    "text": normalise(row["text"]),
                    "label": int(row["label"]),
                    "channel": row["channel"],
                    "kind": str(row["kind"]),
                    "lang": row["lang"],
                    "source": row["source"],
                    "license": row.get("license", ""),
                    "permissive": row.get("license_class") == "P",
                    "file": name,
                }
            )
    return rows


def read_folder(folder: Path) -> dict[str, list[dict]]:
    return {path.name.removesuffix(".jsonl.gz"): read(path) for path in sorted(folder.glob("*.jsonl.gz"))}
