"""The development sets: what thresholds are fixed on, and what the card reports. None of their rows trains."""

import random
from dataclasses import dataclass

from .config import SEED
from .prepare import tokenise, tokenizer

MOST = 1200
# Where orders were put into documents, and the clean documents of the same families.
COMPOSED = ("composed", "sep")
FAMILIES = {
    "xquad",
    "bipia_train_contexts",
    "sms_messages",
    "support_tickets",
    "product_reviews",
    "tool_outputs_sgd",
    "news_docs",
}
SEMANTIC = {"jailtrickbench", "deepinception", "noirfate", "self_reminder_jailbreaks", "own_scenes", "flipattack", "pincer"}


@dataclass
class Set:
    name: str
    head: int  # 0 injection, 1 toxicity
    rows: list
    channels: list

    @property
    def labels(self):
        return [r["label"] for r in self.rows]


def doubled(rows):
    """An attack that works in either channel counts in both."""
    for row in rows:
        for channel in ("user", "data") if row["channel"] == "any" else (row["channel"],):
            yield row, channel


def inserted_anew(rng, dev, tok):
    """Attack strings that never trained, in carriers that never trained; as many of those carriers clean."""
    attacks = [r for r in dev if r["channel"] == "any" and r["label"] == 1 and len(r["ids"]) <= 90]
    carriers = [r for r in dev if r["channel"] == "data" and r["label"] == 0 and len(r["ids"]) > 40]
    rows = []
    for carrier in rng.sample(carriers, min(400, len(carriers))):
        attack = rng.choice(attacks)
        words = carrier["text"].split(" ")
        cut = rng.choice((0, len(words), rng.randint(0, len(words))))
        text = " ".join([*words[:cut], attack["text"], *words[cut:]])
        rows.append(dict(carrier, text=text, label=1, kind="inserted anew", file="inserted anew", span=None))
        rows.append(dict(carrier, kind="its carrier", file="inserted anew"))
    tokenise(rows, tok)
    return rows


def sets(data) -> list[Set]:
    rng = random.Random(SEED)
    tok = tokenizer()
    dev, toxic, shown = data["dev"]["injection"], data["dev"]["toxicity"], data["eval"]
    made = []

    def add(name, head, pairs, most=MOST):
        pairs = [p if isinstance(p, tuple) else (p, "user") for p in pairs]
        pairs = rng.sample(pairs, most) if len(pairs) > most else pairs
        if pairs:
            made.append(Set(name, head, [r for r, _ in pairs], [c for _, c in pairs]))

    benign = [r for r in dev if r["label"] == 0]
    user = [r for r in benign if r["channel"] == "user"]
    trigger = lambda r: r["file"].startswith("own_") or r["file"] in ("templated_hard_negatives", "or_bench_sample")  # noqa: E731
    add("prompts full of trigger words", 0, [r for r in user if trigger(r)])
    add("trigger words (xstest, piguard)", 0,
        [(r, r["channel"]) for r in shown["xstest"]] + [(r, r["channel"]) for r in shown["piguard_valid"] if r["kind"] == "hard-negative"])  # fmt: skip
    plain = [r for r in user if not trigger(r)]
    add("ordinary prompts, one window", 0, [r for r in plain if len(r["ids"]) <= 124])
    add("ordinary prompts, two or three windows", 0, [r for r in plain if 124 < len(r["ids"]) <= 308], 500)
    add("ordinary prompts, four windows and more", 0, [r for r in plain if len(r["ids"]) > 308], 500)
    attacked = [r for r in dev if r["label"] == 1 and r["channel"] == "data"]
    order = lambda r: r["file"].startswith(COMPOSED)  # noqa: E731
    add("documents that give a model orders", 0, [(r, "data") for r in attacked if order(r)])
    documents = [r for r in benign if r["channel"] == "data"]
    near = [r for r in documents if order(r) or r["file"] in FAMILIES]
    add("clean documents of those families", 0, [(r, "data") for r in near])
    add("other clean documents", 0, [(r, "data") for r in documents if not order(r) and r["file"] not in FAMILIES], 700)
    bare = []
    for r in attacked:
        if r.get("span") and r["span"][1] - r["span"][0] >= 3:
            a, b = r["span"]
            bare.append((dict(r, ids=r["ids"][a:b], text=tok.decode(list(map(int, r["ids"][a:b])))), "data"))
    add("orders to a model alone, as a document", 0, bare, 500)
    again = inserted_anew(rng, dev, tok)
    add("new attacks in new carriers", 0, [(r, "data") for r in again])
    tools = [
        r for r in dev if r["channel"] == "data" and ("json" in r["kind"] or "tool" in r["kind"] or r["file"] == "email_agent")
    ]
    add("agents' tool results and mails", 0, [(r, "data") for r in tools])
    semantic = [r for r in dev if r["label"] == 1 and r["file"] in SEMANTIC]
    jail = [r for r in dev if r["label"] == 1 and r["kind"].startswith("jailbreak") and r["file"] not in SEMANTIC]
    add("published jailbreaks", 0, jail)
    add("semantic and optimised jailbreaks", 0, semantic)
    add("hijacks and extraction, either channel", 0, list(doubled(r for r in dev if r["channel"] == "any" and not r["kind"].startswith("jailbreak"))))  # fmt: skip
    add("promptshield_val", 0, list(doubled(shown["promptshield_val"])), 2500)
    add("piguard_valid", 0, list(doubled(shown["piguard_valid"])))
    add("deepset_test", 0, list(doubled(shown["deepset_test"])))
    own = [r for r in toxic if r["file"].startswith("own_")]
    add("hate, functional (our frames)", 1, own)
    add("surge_toxicity", 1, [r for r in toxic if r["file"] == "surge_toxicity"])
    add("hatemoji contrast", 1, [r for r in toxic if r["file"] == "hatemoji_build"])
    add("held-out comments", 1, [r for r in toxic if r["file"] not in ("surge_toxicity", "hatemoji_build") and not r["file"].startswith("own_")], 2500)  # fmt: skip
    add("ordinary prompts, toxicity", 1, [r for r in plain if len(r["ids"]) > 60], 500)
    for name in ("convabuse_test", "olid_test", "edos_test", "jigsaw_test"):
        add(name, 1, shown[name], 4000)
    return made
