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


def run(model, speech: Speech, pieces, channels):
    """Logits of windows, each by itself, as the gate runs them: in eight bits a score depends on what shares its batch."""
    out = []
    for piece, channel in zip(pieces, channels):
        ids, mask = speech.batch([piece], [channel])
        out.append(model.run(["logits"], {"input_ids": ids.cpu().numpy(), "attention_mask": mask.cpu().numpy()})[0][0])
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
