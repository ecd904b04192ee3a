"""Trains the encoder, or the fast tier from its judgement. Budgets are wall clock: a run can be cut short."""

import argparse
import copy
import json
import os
import pickle
import random
import signal
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .config import PREFIX, SEED
from .crops import Pass, batches
from .model import LAYERS, Encoder, Fast, MiniLM, pooled
from .prepare import tokenizer

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
LOW, HIGH = 0.02, 0.98
FROZEN_LAYERS = 1
RATE, HEAD_RATE, LAYER_DECAY = 2e-4, 1e-3, 0.9


class Speech:
    """Ids around a window: which channel it came by, and where it ends."""

    def __init__(self):
        tok = tokenizer()
        self.cls, self.sep = tok.token_to_id("[CLS]"), tok.token_to_id("[SEP]")
        self.prefix = {c: tok.encode(p, add_special_tokens=False).ids for c, p in PREFIX.items()}
        marks = [w for w, i in tok.get_vocab().items() if len(w) == 1 and not w.isalnum()]
        self.punctuation = {tok.token_to_id(w) for w in marks}

    def batch(self, windows, channels):
        """Tensors of ids and mask; without a channel the window stands bare."""
        longest = max(map(len, windows)) + 4
        ids = np.zeros((len(windows), longest), dtype=np.int64)
        mask = np.zeros_like(ids)
        for i, (window, channel) in enumerate(zip(windows, channels)):
            line = [self.cls, *(self.prefix[channel] if channel else ()), *map(int, window), self.sep]
            ids[i, : len(line)] = line
            mask[i, : len(line)] = 1
        used = int(mask.sum(1).max())
        return torch.from_numpy(ids[:, :used]).to(DEVICE), torch.from_numpy(mask[:, :used]).to(DEVICE)


class Stop:
    """Ends by the clock, or early when asked to, with what there is."""

    def __init__(self, seconds):
        self.began, self.seconds, self.asked = time.time(), seconds, False
        signal.signal(signal.SIGTERM, self.ask)
        signal.signal(signal.SIGINT, self.ask)

    def ask(self, *_):
        self.asked = True

    def done(self):
        return 1.0 if self.asked else (time.time() - self.began) / self.seconds


def targets(batch):
    labels = torch.tensor([e.labels for e in batch], device=DEVICE)
    weights = torch.tensor([e.weights for e in batch], device=DEVICE)
    return labels * (HIGH - LOW) + LOW, weights


def autocast():
    # Four times the throughput of single precision on a CPU that has the instructions.
    return torch.autocast(DEVICE.type, dtype=torch.bfloat16)


def groups(model):
    body = model.body
    for part in (body.words, body.places, body.types, body.norm, *body.layers[:FROZEN_LAYERS]):
        part.requires_grad_(False)
    made = []
    for depth, layer in enumerate(body.layers):
        rate = RATE * LAYER_DECAY ** (LAYERS - 1 - depth)
        for decay, many in ((0.01, True), (0.0, False)):
            params = [p for p in layer.parameters() if p.requires_grad and (p.dim() > 1) == many]
            if params:
                made.append({"params": params, "lr": rate, "weight_decay": decay})
    made.append({"params": model.head.parameters(), "lr": HEAD_RATE, "weight_decay": 0.0})
    made.append({"params": model.meaning.parameters(), "lr": HEAD_RATE / 2, "weight_decay": 0.0})
    return made


def learn_encoder(data, minutes, out, tokens, log, start=None, scale=1.0):
    speech, rng = Speech(), random.Random(SEED)
    model = Encoder()
    model.body.load_base()
    base = copy.deepcopy(model.body).eval().requires_grad_(False)
    if start:
        model.load_state_dict(torch.load(start, map_location="cpu", weights_only=True))
        rng.seed(SEED + 100)
    model.to(DEVICE).train()
    base.to(DEVICE)
    optimiser = torch.optim.AdamW(groups(model), fused=True, betas=(0.9, 0.98))
    rates = [g["lr"] * scale for g in optimiser.param_groups]
    trained = [p for p in model.parameters() if p.requires_grad]
    stop, step, seen, saved, passes = Stop(minutes * 60), 0, 0, time.time(), 0
    sums = {"injection": [], "toxicity": [], "meaning": []}
    rows = Pass(data["train"], rng, speech.punctuation)
    while stop.done() < 1:
        made = batches(rng, rows, tokens)
        passes += 1
        log(f"pass {passes}: {len(made)} batches, {sum(map(len, made))} examples, "
            f"{sum(len(e.ids) + 4 for b in made for e in b)} tokens")  # fmt: skip
        for batch in made:
            done = stop.done()
            if done >= 1:
                break
            for g, rate in zip(optimiser.param_groups, rates):
                g["lr"] = rate * min(1.0, (step + 1) / 100) * max(0.01, 1 - done)
            windows = [e.ids for e in batch]
            ids, mask = speech.batch(windows, [e.channel for e in batch])
            labels, weights = targets(batch)
            with autocast():
                logits, meaning = model(ids, mask)
            losses = F.binary_cross_entropy_with_logits(logits.float(), labels, reduction="none") * weights
            loss = losses.sum() / (len(batch) * 48) ** 0.5  # between equal batches and equal examples
            if step % 4 == 0:
                bare, bare_mask = speech.batch(windows, [None] * len(windows))
                with torch.no_grad(), autocast():
                    wanted = F.normalize(pooled(base(bare, bare_mask)[0].float(), bare_mask)[0], dim=1)
                apart = (1 - (meaning.float() * wanted).sum(1)).mean()
                loss = loss + 4.0 * apart
                sums["meaning"].append(apart.item())
            loss.backward()
            torch.nn.utils.clip_grad_norm_(trained, 1.0)
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
            step += 1
            seen += ids.numel()
            for h, name in enumerate(("injection", "toxicity")):
                sums[name].append((losses[:, h].sum() / weights[:, h].sum().clamp_min(1e-6)).item())
            if step % 25 == 0:
                spent = time.time() - stop.began
                log(f"step {step} at {spent:.0f} s, {seen / spent:.0f} tokens/s, "
                    + ", ".join(f"{n} {np.mean(v[-50:]):.4f}" for n, v in sums.items()))  # fmt: skip
            if time.time() - saved > 240:
                save(model, out)
                saved = time.time()
    save(model, out)
    return {"steps": step, "tokens": seen, "passes": passes, "seconds": round(time.time() - stop.began)}


def judge(teacher, speech, examples, tokens=6144):
    """What the encoder says of these windows, as probabilities."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids))
    said = np.zeros((len(examples), 2), dtype=np.float32)
    now = []

    def flush():
        with torch.no_grad(), autocast():
            ids, mask = speech.batch([examples[i].ids for i in now], [examples[i].channel for i in now])
            said[now] = torch.sigmoid(teacher(ids, mask)[0].float()).cpu().numpy()

    for i in order:
        if now and (len(now) + 1) * (len(examples[i].ids) + 4) > tokens:
            flush()
            now = []
        now.append(i)
    flush()
    return said


def learn_fast(data, passes, out, tokens, log, teacher=None, share=1.0, blind=False, permissive=False):
    """From the labels, and where a teacher has judged a window, half from its judgement."""
    speech, rng = Speech(), random.Random(SEED + 1)
    model = Fast()
    base = MiniLM().load_base()
    model.load_base(base.words.weight.data)
    model.to(DEVICE).train()
    dense = [p for n, p in model.named_parameters() if not n.startswith("words")]
    optimisers = [
        torch.optim.AdamW(dense, lr=1e-3, weight_decay=0.01, fused=True),
        torch.optim.SparseAdam([model.words.weight], lr=1e-3),
    ]
    rows = Pass(data["train"], rng, speech.punctuation, permissive)
    judged = []
    if teacher:
        judged = list(rows)
        rng.shuffle(judged)
        judged = judged[: int(share * len(judged))]
        for example, said in zip(judged, judge(teacher.to(DEVICE).eval(), speech, judged)):
            example.said = said
        log(f"the encoder judged {len(judged)} windows")
    step, began = 0, time.time()
    for turn in range(passes):
        # Every other pass is the judged one again: the labels alone see new crops.
        examples = judged if judged and turn % 2 == 0 else rows
        made = batches(rng, examples, tokens, most=256)
        losses = []
        for i, batch in enumerate(made):
            rate = 1e-3 * min(1.0, (step + 1) / 100) * max(0.02, 1 - (turn + i / len(made)) / passes)
            for optimiser in optimisers:
                for g in optimiser.param_groups:
                    g["lr"] = rate
            ids, mask = speech.batch([e.ids for e in batch], [None if blind else e.channel for e in batch])
            labels, weights = targets(batch)
            if examples is judged:
                labels = (labels + torch.tensor(np.array([e.said for e in batch]), device=DEVICE)) / 2
            logits = model(ids, mask)
            loss = (F.binary_cross_entropy_with_logits(logits, labels, reduction="none") * weights).sum()
            loss = loss / (len(batch) * 96) ** 0.5
            loss.backward()
            for optimiser in optimisers:
                optimiser.step()
                optimiser.zero_grad(set_to_none=True)
            step += 1
            losses.append(loss.item())
        log(f"pass {turn + 1}: step {step} at {time.time() - began:.0f} s, loss {np.mean(losses):.4f}")
        save(model, out)
    return {"steps": step, "passes": passes, "judged": len(judged), "seconds": round(time.time() - began)}


def save(model, out):
    torch.save(model.state_dict(), out.with_suffix(".part"))
    os.replace(out.with_suffix(".part"), out)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("tier", choices=("encoder", "fast"))
    options.add_argument("data", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--minutes", type=float, default=70, help="the encoder's budget")
    options.add_argument("--start", type=Path, help="an encoder to go on from")
    options.add_argument("--scale", type=float, default=1.0, help="of the learning rates, to go on where a run was cut short")
    options.add_argument("--passes", type=int, default=4, help="of the fast tier")
    options.add_argument("--teacher", type=Path, help="an encoder for the fast tier to learn from")
    options.add_argument("--share", type=float, default=0.6, help="of a pass that the teacher judges")
    options.add_argument("--blind", action="store_true", help="ablation: the channel is not told")
    options.add_argument("--permissive", action="store_true", help="ablation: rows under permissive licences alone")
    options.add_argument("--tokens", type=int, help="a batch")
    given = options.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    torch.set_flush_denormal(True)
    with given.data.open("rb") as file:
        data = pickle.load(file)

    def log(line):
        print(line, flush=True)

    if given.tier == "encoder":
        facts = learn_encoder(data, given.minutes, given.out, given.tokens or 3072, log, given.start, given.scale)
    else:
        teacher = None
        if given.teacher:
            teacher = Encoder()
            teacher.load_state_dict(torch.load(given.teacher, map_location="cpu", weights_only=True))
        facts = learn_fast(data, given.passes, given.out, given.tokens or 6144, log, teacher, given.share,
                           given.blind, given.permissive)  # fmt: skip
    given.out.with_suffix(".json").write_text(json.dumps(facts))
    log(facts)


if __name__ == "__main__":
    main()
