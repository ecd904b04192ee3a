"""Scores the development sets with each model, once; and times the tiers beside a plain MiniLM pass."""

import argparse
import hashlib
import pickle
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from .export import INPUTS, export_fast, load, quantise, trace
from .model import Fast, MiniLM
from .score import session, whole
from .sets import sets
from .train import Speech

WHOLE_ROWS = 120  # of each set, for what eight bits cost


def score(model, speech, made, told=True, most=None):
    out = {}
    for s in made:
        rows, channels = s.rows[:most], s.channels[:most]
        out[s.name] = whole(model, speech, rows, channels if told else [None] * len(rows))[:, s.head]
    return out


class Plain(nn.Module):
    """What a sentence encoder alone costs."""

    def __init__(self):
        super().__init__()
        self.body = MiniLM().load_base()

    def forward(self, input_ids, attention_mask):
        hidden, _ = self.body(input_ids, attention_mask)
        weight = attention_mask.unsqueeze(-1).float()
        return (hidden * weight).sum(1) / weight.sum(1)


def plain(work: Path):
    whole_path, fused, packed = work / "plain-whole.onnx", work / "plain-fused.onnx", work / "plain.onnx"
    trace(Plain(), ["embedding"], whole_path)
    quantise(whole_path, fused, packed)
    return session(packed)


def latency(models: dict, lengths=(32, 128), rounds=60):
    """Processor milliseconds, median; the models take turns, so that a busy machine is busy for all."""
    made = {}
    for length in lengths:
        ids = np.random.default_rng(1).integers(1000, 30000, (1, length))
        feed = {INPUTS[0]: ids, INPUTS[1]: np.ones_like(ids)}
        spent = {name: [] for name in models}
        for _ in range(rounds):
            for name, model in models.items():
                began = time.thread_time()
                model.run(None, feed)
                spent[name].append((time.thread_time() - began) * 1e3)
        made[length] = {name: float(np.median(v)) for name, v in spent.items()}
    return made


def likeness(encoder_path: Path, made, speech, count=500):
    """How far pairwise cosines keep the base's order, on texts that never trained (Spearman)."""
    from scipy.stats import spearmanr

    pool = [(r, c) for s in made for r, c in zip(s.rows, s.channels) if len(r["ids"]) > 5]
    picked = [pool[i] for i in np.random.default_rng(7).choice(len(pool), count, replace=False)]
    model, base, found = session(encoder_path), MiniLM().load_base().eval(), ([], [])
    for r, channel in picked:
        ids, mask = speech.batch([r["ids"][:124]], [channel])
        found[0].append(model.run(["embedding"], {INPUTS[0]: ids.cpu().numpy(), INPUTS[1]: mask.cpu().numpy()})[0][0])
        ids, mask = speech.batch([r["ids"][:124]], [None])
        with torch.no_grad():
            mean = base(ids.cpu(), mask.cpu())[0][0].mean(0)
        found[1].append((mean / mean.norm()).numpy())
    a, b = (np.array(f) for f in found)
    pairs = np.triu_indices(count, 1)
    return {
        "spearman": float(spearmanr((a @ a.T)[pairs], (b @ b.T)[pairs])[0]),
        "cosine": float((a * b).sum(1).mean()),
    }


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("folder", type=Path, help="where the exported models are")
    options.add_argument("--encoder", action="store_true", help="the encoder alone; the rest follows in a later call")
    given = options.parse_args()
    torch.set_num_threads(1)
    with (given.work / "data.pkl").open("rb") as file:
        made = sets(pickle.load(file))
    speech = Speech()
    store = given.work / "scores.pkl"
    before = pickle.loads(store.read_bytes()) if store.exists() else {"scores": {}, "seen": {}}
    found = {"sets": {s.name: {"head": s.head, "labels": s.labels, "channels": s.channels,
                               "kinds": [r["kind"] for r in s.rows], "langs": [r["lang"] for r in s.rows],
                               "files": [r["file"] for r in s.rows], "lengths": [len(r["ids"]) for r in s.rows]}
                      for s in made}, "scores": {}, "seen": {}}  # fmt: skip

    def once(name, path, **how):
        """What these very weights said of these very rows is not asked again."""
        key = hashlib.sha256(path.read_bytes() + repr([(s.name, len(s.rows)) for s in made]).encode()).hexdigest()
        known = before["seen"].get(name) == key
        found["scores"][name] = before["scores"][name] if known else score(session(path), speech, made, **how)
        found["seen"][name] = key
        print("scored", name, flush=True)

    encoder, fast = given.folder / "encoder.onnx", given.folder / "fast.onnx"
    once("encoder", encoder)
    once("whole", given.work / "encoder-whole.onnx", most=WHOLE_ROWS)
    if given.encoder:
        store.write_bytes(pickle.dumps(found))
        return
    once("fast", fast)
    for name in ("blind", "permissive", "labels"):
        weights, place = given.work / f"fast-{name}.pt", given.work / name
        if weights.exists():
            place.mkdir(exist_ok=True)
            export_fast(load(Fast, weights), place)
            once(name, place / "fast.onnx", told=name != "blind")
    if (given.work / "ngram.pkl").exists():
        found["scores"]["ngram"] = pickle.loads((given.work / "ngram.pkl").read_bytes())
    found["latency"] = latency({"plain": plain(given.work), "encoder": session(encoder), "fast": session(fast)})
    found["likeness"] = likeness(encoder, made, speech)
    print(found["latency"], found["likeness"], flush=True)
    store.write_bytes(pickle.dumps(found))


if __name__ == "__main__":
    main()
