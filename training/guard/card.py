"""Writes the model card: models/guard/README.md, from what was measured."""

import argparse
import json
import pickle
from collections import Counter
from pathlib import Path

from .evaluate import TIERS, eight_bits, languages, passed_on, table

HEAD = """# The guard model

Reads what rules cannot: whether a text carries instructions that an attacker wants a model to follow, whether it is
toxic, and what it is about. One encoder of MiniLM size answers all three in one pass; a convolution at a
fifteenth of its cost decides first what is clear. The channel is part of the question: what a user may order, a document may not.

Version `{version}`. {size:.1f} MB in all. Made by `training/run` (see `training/`).

## Use

For the gate's guards `prompt-injection`, `toxicity`, `topics` and `tone`. It lowers risk; it proves nothing. Rules,
canonicalisation and limits stand before it, least privilege behind it. Not for judging people, nor for moderation
without a person to appeal to, nor for languages and domains that the table below does not cover.

| file | what |
|---|---|
| `encoder.onnx` | int8. `input_ids`, `attention_mask` int64 [b,t] → `logits` [b,H] float32, `embedding` [b,384] float32 of length 1 |
| `fast.onnx` | the same inputs → `logits` [b,H]; word table in int8 with a scale for each word |
| `tokenizer.json` | WordPiece, uncased, the base's; no truncation, no padding |
| `guard.json` | what follows |
| `samples.json` | sentences of our own with their channel and probabilities, to compare another runtime (within 0.02) |

Text: NFKC; then soft hyphens, zero-width, bidirectional, tag and variation characters removed (U+00AD, 200B-200F, 202A-202E,
2060-2064, 2066-2069, FE00-FE0F, FEFF, E0000-E01EF); white space collapsed to single spaces, trimmed.
Windows: `[cls] prefixIds[channel] up to maxTokens - 4 tokens [sep]`. `stride` is the overlap: the next window begins
`maxTokens - 4 - stride` tokens later, until one reaches the end. A text's score is the largest logit over its windows;
its probability is `1 / (1 + exp(-(a * logit + b)))` with `calibration[tier][head]`. A probability at or above
`thresholds[tier][code][channel]` is a finding (`toxicity.toxic` has one for any channel; toxicity is asked with the prefix
of `user`). `cascade[head][channel]`: at or below `low` the fast tier lets through, at or above `high` it
finds, and the encoder judges the rest. Batches differ in the last bits; thresholds are no closer than the shipped digits.

The embedding is the base's meaning, told apart from the verdict: learnt from the frozen base on the same text without a
prefix. Pairwise cosines of {pairs} unseen texts keep the base's order with a Spearman correlation of {spearman:.3f} (mean cosine to
the base's own embedding {cosine:.3f}).
"""


def cell(value):
    return "" if value is None else f"{value:.1f}"


def metrics(found, guard):
    tiers = [t for t in TIERS if t in found["scores"] or t == "cascade"]
    title = {
        "labels": "fast, labels alone",
        "blind": "fast, channel-blind",
        "permissive": "fast, P rows alone",
        "ngram": "n-grams",
    }
    lines = ["| development set | rows | measure | " + " | ".join(title.get(t, t) for t in tiers) + " |",
             "|---|---|---|" + "---|" * len(tiers)]  # fmt: skip
    below = []
    for name, measures in table(found, guard).items():
        for measure, by in measures.items():
            rows = len(found["sets"][name]["labels"])
            lines.append(f"| {name} | {rows} | {measure} | " + " | ".join(cell(by.get(t)) for t in tiers) + " |")
            if "ngram" in by and by["encoder"] < by["ngram"] - 0.05:
                below.append(f"{name}, {measure}: {by['encoder']:.1f} against {by['ngram']:.1f}")
    return lines, below


def sources(data):
    made = {}
    for task in ("injection", "toxicity"):
        for r in data["train"][task]:
            entry = made.setdefault(r["file"], {"rows": 0, "licences": Counter(), "source": Counter()})
            entry["rows"] += 1
            entry["licences"][r["license"]] += 1
            entry["source"][r["source"].split(":")[0].split(" + ")[0].strip()] += 1
    lines = ["| training file | first source | rows | licences |", "|---|---|---|---|"]
    for file, entry in sorted(made.items()):
        composed = file.startswith("composed")
        first = "published attack strings in the carriers listed here" if composed else entry["source"].most_common(1)[0][0]
        licences = "those of both parts" if composed else ", ".join(n for n, _ in entry["licences"].most_common(4))
        lines.append(f"| {file} | {first} | {entry['rows']} | {licences} |")
    return lines


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("folder", type=Path)
    options.add_argument("notes", type=Path, nargs="?", help="a file of further remarks on this run")
    given = options.parse_args()
    with (given.work / "scores.pkl").open("rb") as file:
        found = pickle.load(file)
    with (given.work / "data.pkl").open("rb") as file:
        data = pickle.load(file)
    guard = json.loads((given.folder / "guard.json").read_text("utf8"))
    facts = {t: json.loads((given.work / f"{t}.json").read_text("utf8")) for t in ("encoder", "fast")}
    size = sum(p.stat().st_size for p in given.folder.iterdir() if p.suffix in (".onnx", ".json")) / 1e6
    lines = [HEAD.format(version=guard["version"], size=size, pairs=500, **found["likeness"])]

    figures, below = metrics(found, guard)
    lines += ["## Figures", "", "Development sets, held out by source and by carrier; points of a hundred. Let through: no finding at all.",
              "Found: `injection.suspected` or above, one threshold for each channel, fixed at 2 % false alarms over a fixed mix of harmless",
              "development texts (so the harmless rows here are not independent of the threshold). Every other column has thresholds fixed the",
              "same way. The acceptance sets were not opened.", "", *figures, ""]  # fmt: skip
    lines += ["Below the n-gram baseline: " + ("; ".join(below) if below else "nothing") + ".", ""]
    lost = eight_bits(found)
    lines += ["Lost by int8, points of AUC: " + "; ".join(f"{n} {v:+.2f}" for n, v in lost.items()) + ".", ""]
    shares = passed_on(found, guard)
    lines += [f"The fast tier passes on to the encoder, of harmless development texts: {100 * shares['user']:.0f} % of users' and {100 * shares['data']:.0f} % of documents for "
              f"injection, {100 * shares['toxicity']:.0f} % of prompts for toxicity.", ""]  # fmt: skip
    lines += ["| tokens | plain MiniLM-L6 int8, ms | encoder / plain | fast / plain |", "|---|---|---|---|"]
    for length, t in found["latency"].items():
        lines.append(f"| {length} | {t['plain']:.1f} | {t['encoder'] / t['plain']:.2f} | {t['fast'] / t['plain']:.3f} |")
    at = found["latency"][128]
    # As if no prompt were passed on for both heads: the dearest case.
    mean = (at["fast"] + (shares["user"] + shares["toxicity"]) * at["encoder"]) / at["plain"]
    lines += ["", f"Processor time, one thread, median, taken in turns in one run. The cascade's mean over harmless user prompts, both heads asked: at most {mean:.2f} of the plain pass.", "", "### By language (encoder)", "",
              "| head | language | measure | rows | |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [f"| {h} | {lang} | {what} | {n} | {value:.1f} |" for h, lang, what, n, value in languages(found, guard)]
    lines += ["", "## How it was made", "",
              f"Encoder: {facts['encoder']['seconds'] // 60} minutes, {facts['encoder']['steps']} steps, {facts['encoder']['tokens'] / 1e6:.1f} M tokens, {facts['encoder']['passes']} passes begun;",
              "bfloat16 arithmetic, single-precision weights; word embeddings and the lowest layer frozen. Windows of 48 to 124 tokens; every attacked",
              "document is shown beside its own carrier without the attack, or with something harmless in its place; known attacks are inserted anew into",
              f"clean carriers, as often as harmless sentences. Fast tier: {facts['fast']['passes']} passes, half from the labels and half from the encoder's judgement of",
              f"{facts['fast']['judged']} windows. Templates of our own (trigger words, wrappers, scenes, hate and its contrasts) have frames that only measure.",
              "", "Base: `all-MiniLM-L6-v2` (Apache-2.0), from which the tokenizer is taken unchanged. Weights under the project's licence;",
              "no training text is in this folder. Licences as the sources state them; rows of non-commercial licences were left out.", "", *sources(data), ""]  # fmt: skip
    lines += ["## Limits", "",
              "- Reads English best: the base knows little of other scripts, and most attacks in other languages were English strings in foreign documents.",
              "- Knows forms like those it saw. Optimised suffixes and jailbreaks told as stories are found least; rules and least privilege must hold without it.",
              "- Long harmless prompts raise more alarms than short ones: the score is a maximum over windows.",
              "- Toxicity follows its sources, which disagree on profanity at nobody; implied and coded hate is missed, and dialects may be judged unfairly.",
              "- Eight-bit products were measured on a processor with VNNI; one without it may saturate and score differently: compare `samples.json`.",
              "- Thresholds were fixed on these sets. Measure on your own traffic before you block.", ""]  # fmt: skip
    if given.notes and given.notes.is_file():
        lines += [given.notes.read_text("utf8")]
    (given.folder / "README.md").write_text("\n".join(lines).rstrip() + "\n", "utf8")
    print("\n".join(figures))


if __name__ == "__main__":
    main()
