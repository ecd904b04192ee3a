"""Reads the data folder, holds development rows out by source and by carrier, and tokenises once."""

import argparse
import pickle
import random
import re
from collections import Counter
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from . import templates
from .config import HELD_SHARE, HELD_SOURCES, MAX_CHARS, SEED
from .model import base_folder
from .spans import Attacks, Carriers
from .text import read_folder, share

BY_REPOSITORY = {"prompt_libraries", "benign_docs_orders", "benign_code", "lobe_agents"}
# An order that asks for nothing against anyone: in a document an attack, from a user what a gate is there for.
PLAIN_ORDERS = {"composed_bipia_train", "composed_bipia_other", "sep"}
HIJACK = re.compile(
    r"ignor|disregard|forget|overrid|instead|system|answer:|complete|priorit|objective|alert|main task|before|above"
    r"|previous|prompt|instruction|attention|urgent|\bhack|password|phish|malware|exploit|\bAI\b|assistant|<|//|\[",
    re.IGNORECASE,
)


def tokenizer() -> Tokenizer:
    made = Tokenizer.from_file(str(base_folder() / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


def composed(row) -> bool:
    return row["file"].startswith("composed") or row["file"] == "sep"


def find_spans(pools):
    rows = [row for pool in pools.values() for row in pool]
    carriers = Carriers(
        r["text"] for r in rows if r["label"] == 0 and r["channel"] == "data" and not r["file"].startswith("composed")
    )
    attacks = Attacks([r["text"][:1500] for r in rows if r["channel"] == "any" and r["label"] == 1])
    for r in rows:
        if not composed(r):
            continue
        found = carriers.find(r["text"])
        if found:
            r["carrier"] = found[2]
        if r["label"] == 1:
            r["span"] = found[:2] if found else attacks.find(r["text"])


def group(row) -> str:
    """What must stay on one side of the split."""
    if row["file"] in BY_REPOSITORY:
        return row["source"].split(":")[0]
    if row.get("carrier"):
        return row["carrier"][:200]
    if row["file"] == "composed_formats":
        return row["source"].split(" + ")[0]
    if row["channel"] == "data":
        return row["text"][:200]
    return row["text"][:40]


def held(row, part) -> bool:
    return row["file"] in HELD_SOURCES or share(group(row)) < part


def tokenise(rows, tok):
    for start in range(0, len(rows), 2000):
        part = rows[start : start + 2000]
        for row, made in zip(part, tok.encode_batch([r["text"][:MAX_CHARS] for r in part], add_special_tokens=False)):
            row["ids"] = np.array(made.ids, dtype=np.uint16)
            if row.get("span"):
                a, b = row["span"]
                inside = [i for i, (x, y) in enumerate(made.offsets) if y > a and x < b]
                if row["file"] in PLAIN_ORDERS:
                    row["plain"] = not HIJACK.search(row["text"][a:b])
                row["span"] = (inside[0], inside[-1] + 1) if inside else None
            row.pop("carrier", None)


def prepare(folder: Path, out: Path):
    rng = random.Random(SEED)
    tok = tokenizer()
    injection = read_folder(folder / "injection")
    toxicity = read_folder(folder / "toxicity")
    find_spans(injection)
    data = {"train": {"injection": [], "toxicity": []}, "dev": {"injection": [], "toxicity": []}}
    for task, pools, part in (("injection", injection, HELD_SHARE), ("toxicity", toxicity, 0.03)):
        for pool in pools.values():
            for row in pool:
                if row["text"]:
                    data["dev" if held(row, part) else "train"][task].append(row)
    data["train"]["injection"] += templates.injection(rng, 8000)
    data["train"]["toxicity"] += templates.toxicity(rng, 12000)
    data["dev"]["injection"] += templates.injection(rng, 800, held=True)
    data["dev"]["toxicity"] += templates.toxicity(rng, 800, held=True)
    data["eval"] = read_folder(folder / "eval")
    for rows in (*data["train"].values(), *data["dev"].values(), *data["eval"].values()):
        tokenise(rows, tok)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("wb") as file:
        pickle.dump(data, file)
    for part in ("train", "dev"):
        for task, rows in data[part].items():
            print(part, task, len(rows), dict(Counter((r["label"], r["channel"]) for r in rows)))
    attacked = [r for r in data["train"]["injection"] if composed(r) and r["label"] == 1]
    print("inserted text found in", sum(bool(r.get("span")) for r in attacked), "of", len(attacked))


if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("data", type=Path)
    options.add_argument("out", type=Path)
    given = options.parse_args()
    prepare(given.data, given.out)
