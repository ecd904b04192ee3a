"""Scores whole texts as the gate does: overlapping windows, the largest logit, through ONNX on one thread."""

from pathlib import Path

import numpy as np
import onnxruntime

from .config import OVERLAP, ROOM
from .train import Speech


def session(path: Path):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def windows(ids):
    """Starts ROOM - OVERLAP apart until one reaches the end."""
    step, starts = ROOM - OVERLAP, [0]
    while starts[-1] + ROOM < len(ids):
        starts.append(starts[-1] + step)
    return [ids[start : start + ROOM] for start in starts]


def run(model, speech: Speech, pieces, channels, tokens=1024):
    """Logits of windows, in batches of like length."""
    order = sorted(range(len(pieces)), key=lambda i: len(pieces[i]))
    out = [None] * len(pieces)
    now = []

    def flush():
        ids, mask = speech.batch([pieces[i] for i in now], [channels[i] for i in now])
        logits = model.run(["logits"], {"input_ids": ids.cpu().numpy(), "attention_mask": mask.cpu().numpy()})[0]
        for i, line in zip(now, logits):
            out[i] = line

    for i in order:
        if now and (len(now) + 1) * (len(pieces[i]) + 4) > tokens:
            flush()
            now = []
        now.append(i)
    if now:
        flush()
    return out


def whole(model, speech, rows, channels, most_windows=24):
    """The largest logit of each head over the windows of each text: [rows, heads]."""
    pieces, owners, named = [], [], []
    for i, (row, channel) in enumerate(zip(rows, channels)):
        for piece in windows(row["ids"])[:most_windows]:
            pieces.append(piece)
            owners.append(i)
            named.append(channel)
    logits = run(model, speech, pieces, named)
    best = np.full((len(rows), 2), -np.inf, dtype=np.float32)
    for owner, line in zip(owners, logits):
        best[owner] = np.maximum(best[owner], line)
    return best


def probability(logit, platt):
    return 1.0 / (1.0 + np.exp(-(platt["a"] * np.asarray(logit, dtype=np.float64) + platt["b"])))
