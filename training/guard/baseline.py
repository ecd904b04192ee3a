"""What a hashed n-gram regression makes of the same rows: the least that a network must beat."""

import argparse
import pickle
import random
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import SGDClassifier

from .config import SEED
from .sets import sets

SHOWN = 1500
SHARED = {"n_features": 2**18, "alternate_sign": False, "norm": "l2", "binary": True, "dtype": np.float32}
LETTERS = HashingVectorizer(analyzer="char_wb", ngram_range=(3, 5), **SHARED)
WORDS = HashingVectorizer(ngram_range=(1, 3), token_pattern=r"(?u)\w+|[^\w\s]", **SHARED)


def features(texts, channels):
    shown = [t[:SHOWN] for t in texts]
    x = sparse.hstack([LETTERS.transform(shown), WORDS.transform(shown)]).tocsr()
    document = np.array([c == "data" for c in channels], dtype=np.float32)
    return sparse.hstack([x, sparse.diags(document) @ x, sparse.csr_matrix(document[:, None])]).tocsr()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("data", type=Path)
    options.add_argument("out", type=Path)
    given = options.parse_args()
    rng = random.Random(SEED)
    with given.data.open("rb") as file:
        data = pickle.load(file)
    scores = {}
    for head, task in enumerate(("injection", "toxicity")):
        texts, channels, labels = [], [], []
        for r in data["train"][task]:
            for channel in ("user", "data") if r["channel"] == "any" else (r["channel"],):
                if task == "toxicity" and rng.random() < 0.3:
                    continue
                text = r["text"]
                texts.append(text if len(text) <= SHOWN or r["label"] == 0 else text[:SHOWN])
                channels.append(channel)
                labels.append(r["label"])
        model = SGDClassifier(loss="log_loss", alpha=2e-6, max_iter=8, tol=None, class_weight="balanced", average=True,
                              random_state=SEED)  # fmt: skip
        model.fit(features(texts, channels), labels)
        for s in sets(data):
            if s.head == head:
                scores[s.name] = model.decision_function(features([r["text"] for r in s.rows], s.channels))
        print(task, len(labels), flush=True)
    with given.out.open("wb") as file:
        pickle.dump(scores, file)


if __name__ == "__main__":
    main()
