"""Examples as the gate will make them: windows of all lengths, both channels, and pairs that differ in one thing."""

import random
from dataclasses import dataclass

import numpy as np

from .config import BENIGN_RATE, ROOM, TOXIC_RATE

PIECES = (48, 80, ROOM, ROOM)


@dataclass
class Example:
    ids: np.ndarray
    channel: str
    labels: tuple[float, float]  # injection, toxicity
    weights: tuple[float, float]
    file: str = ""
    said: np.ndarray | None = None  # a teacher's probabilities


def injection(ids, channel, label, weight=1.0, toxic_weight=0.0, file=""):
    return Example(ids, channel, (label, 0.0), (weight, toxic_weight), file)


def at(ids, start, room):
    start = max(0, min(start, len(ids) - room))
    return ids[start : start + room]


def somewhere(rng, ids, room):
    return at(ids, rng.randint(0, max(0, len(ids) - room)), room)


def join(*parts):
    return np.concatenate([np.asarray(p, dtype=np.uint16) for p in parts])


def around(rng, ids, span, room):
    """A window that shows the inserted text, or as much of its beginning as fits in half."""
    a, b = span
    need = min(b - a, room // 2)
    return at(ids, rng.randint(min(a, a + need - room), a), room)


def insert(rng, carrier, piece, room):
    piece = piece[: room - 8]
    left = room - len(piece)
    shown = somewhere(rng, carrier, rng.randint(min(16, left), left))
    cut = rng.choice((0, len(shown), rng.randint(0, len(shown)), rng.randint(0, len(shown))))
    return join(shown[:cut], piece, shown[cut:])


class Pass:
    """One pass over everything that trains. Attacks always; benign rows at their source's rate."""

    def __init__(self, rows, rng: random.Random, punctuation=frozenset(), permissive=False):
        self.rng = rng
        keep = [r for r in rows["injection"] if r["permissive"] or not permissive]
        self.toxic = [r for r in rows["toxicity"] if r["permissive"] or not permissive]
        self.attacks = [r for r in keep if r["label"] == 1]
        self.benign = [r for r in keep if r["label"] == 0]
        self.documents = [r for r in self.benign if r["channel"] == "data" and len(r["ids"]) > 20]
        self.inserts = [r["ids"] for r in keep if r["file"] in ("own_triggers_document", "own_wrappers")]
        self.short = [r["ids"] for r in self.attacks if r["channel"] == "any" and len(r["ids"]) <= 90]
        self.punctuation = punctuation

    def attack(self, r):
        rng, ids, n = self.rng, r["ids"], len(r["ids"])
        room = rng.choice(PIECES)
        if r["channel"] != "data":
            # An attack in either channel is always shown as a user's, and in documents also by `composed`.
            channels = ["user"] if r["channel"] == "user" or rng.random() < 0.6 else ["user", "data"]
            for channel in channels:
                yield injection(ids[:room], channel, 1.0, file=r["file"])
            if n > room and (r["kind"].startswith("jailbreak") or rng.random() < 0.3):
                yield injection(somewhere(rng, ids, room), rng.choice(channels), 0.85, 0.6, file=r["file"])
            return
        span = r.get("span")
        if not span:
            if n <= 2 * ROOM:
                yield injection(ids[:ROOM] if n <= ROOM else somewhere(rng, ids, ROOM), "data", 1.0 if n <= ROOM else 0.8,
                                1.0 if n <= ROOM else 0.4, file=r["file"])  # fmt: skip
            return
        a, b = span
        yield injection(around(rng, ids, span, room), "data", 1.0, file=r["file"])
        # The same carrier without the attack: whole, with something harmless in its place, or from elsewhere in it.
        rest = join(ids[:a], ids[b:])
        if len(rest) >= 8:
            way = rng.random()
            if way < 0.5:
                clean = at(rest, a - rng.randint(0, room), room)
            elif way < 0.85:
                piece = rng.choice(self.inserts)
                clean = around(rng, join(ids[:a], piece, ids[b:]), (a, a + len(piece)), room)
            else:
                clean = somewhere(rng, rest, room)
            yield injection(clean, "data", 0.0, file=r["file"])
        if rng.random() < 0.3:
            yield injection(ids[a:b][:ROOM], "data", 1.0, file=r["file"])
        if r.get("plain") and rng.random() < 0.35:
            yield injection(ids[a:b][:ROOM], "user", 0.0, file=r["file"])

    def harmless(self, r):
        rng, ids, n = self.rng, r["ids"], len(r["ids"])
        if rng.random() > BENIGN_RATE.get(r["file"], 1.0):
            return
        user = r["channel"] == "user"
        for turn in range(1 if n <= ROOM else 2 if n <= 4 * ROOM else 3):
            room = rng.choice(PIECES) if turn else ROOM
            shown = ids[:room] if turn == 0 and rng.random() < 0.5 else somewhere(rng, ids, room)
            channel = "user" if user or rng.random() < 0.15 else "data"
            yield injection(shown, channel, 0.0, toxic_weight=0.3 if user else 0.1, file=r["file"])

    def composed(self):
        """Known attacks in carriers that never held one; as often, the carrier with something harmless."""
        rng = self.rng
        for _ in range(2500):
            carrier, room = rng.choice(self.documents)["ids"], rng.choice(PIECES)
            yield injection(insert(rng, carrier, rng.choice(self.short), room), "data", 1.0, file="composed here")
            piece = rng.choice(self.inserts) if rng.random() < 0.7 else somewhere(rng, rng.choice(self.documents)["ids"], 24)
            yield injection(insert(rng, carrier, piece, room), "data", 0.0, file="composed here")

    def comments(self):
        rng = self.rng
        drop = self.punctuation
        for r in self.toxic:
            rate = TOXIC_RATE.get(r["file"], 1.0)
            for _ in range(int(rate) + (rng.random() < rate % 1)):
                ids, label, weight = r["ids"], float(r["label"]), 1.0
                if len(ids) > ROOM:
                    ids = ids[:ROOM] if rng.random() < 0.6 else somewhere(rng, ids, ROOM)
                    label, weight = (0.85, 0.6) if label else (0.0, 1.0)
                # hatexplain has no punctuation and masks names: the form must not tell the source.
                if rng.random() < (0.6 if r["file"] == "hatexplain" else 0.12) and drop:
                    ids = np.array([i for i in ids if int(i) not in drop], dtype=np.uint16)
                if len(ids):
                    yield Example(ids, "user", (0.0, label), (0.15, weight), r["file"])

    def __iter__(self):
        for r in self.attacks:
            yield from self.attack(r)
        for r in self.benign:
            yield from self.harmless(r)
        yield from self.composed()
        yield from self.comments()


def batches(rng, examples, tokens, most=128):
    """Of like length, shuffled."""
    examples = list(examples)
    rng.shuffle(examples)
    made = []
    for start in range(0, len(examples), 8192):
        part = sorted(examples[start : start + 8192], key=lambda e: len(e.ids))
        now = []
        for e in part:
            if now and ((len(now) + 1) * (len(e.ids) + 4) > tokens or len(now) >= most):
                made.append(now)
                now = []
            now.append(e)
        made.append(now)
    rng.shuffle(made)
    return made
