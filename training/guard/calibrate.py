"""From scores to guard.json: what a logit means, from which probability it is a finding, and when the fast tier decides."""

import argparse
import hashlib
import json
import pickle
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from .config import MAX_TOKENS, OVERLAP, PREFIX
from .model import HEADS
from .score import probability
from .train import Speech

SUSPECTED, CERTAIN = 0.02, 0.005  # false alarms on development sets
LOST = 0.02  # what the fast tier may lose of the encoder's findings in any family
# What it may block of the harmless by itself, and what it may pass on of them: the second goes before `LOST`.
WRONG, SEEN = {"injection": 0.0015, "toxicity": 0.006}, {"user": 0.2, "data": 0.35, "toxic": 0.4}

# What harmless traffic is made of, for the thresholds: every family weighs what is written here, however many rows it has.
HARMLESS = {
    "user": {
        "ordinary prompts, one window": 0.35, "ordinary prompts, two or three windows": 0.15,
        "ordinary prompts, four windows and more": 0.15, "prompts full of trigger words": 0.1,
        "trigger words (xstest, piguard)": 0.1, "promptshield_val": 0.15,
    },
    "data": {
        "clean documents of those families": 0.45, "other clean documents": 0.25, "new attacks in new carriers": 0.2,
        "agents' tool results and mails": 0.1,
    },
}  # fmt: skip
ATTACKS = {
    "user": ("published jailbreaks", "semantic and optimised jailbreaks", "hijacks and extraction, either channel", "promptshield_val"),
    "data": ("documents that give a model orders", "orders to a model alone, as a document", "new attacks in new carriers",
             "agents' tool results and mails", "hijacks and extraction, either channel"),
}  # fmt: skip
TOXIC = (
    "hate, functional (our frames)",
    "surge_toxicity",
    "hatemoji contrast",
    "held-out comments",
    "convabuse_test",
    "olid_test",
)


class Found:
    """Scores of one tier, by set, channel and label."""

    def __init__(self, found, tier):
        self.sets, self.scores = found["sets"], found["scores"][tier]

    def take(self, name, channel=None, label=None):
        s = self.sets[name]
        keep = np.ones(len(s["labels"]), bool)
        if channel:
            keep &= np.array(s["channels"]) == channel
        if label is not None:
            keep &= np.array(s["labels"]) == label
        return self.scores[name][keep]

    def harmless(self, channel):
        values, weights = [], []
        for name, weight in HARMLESS[channel].items():
            v = self.take(name, channel, 0)
            if len(v):
                values.append(v)
                weights.append(np.full(len(v), weight / len(v)))
        return np.concatenate(values), np.concatenate(weights)

    def attacks(self, channel):
        return [self.take(name, channel, 1) for name in ATTACKS[channel]]

    def toxic(self, label):
        return [self.take(name, None, label) for name in TOXIC]


def above(values, weights, share):
    """The smallest value that at most `share` of the weight lies above."""
    order = np.argsort(values)[::-1]
    passed = np.cumsum(weights[order]) / weights.sum()
    return float(values[order][np.searchsorted(passed, share)])


def platt(values, labels):
    """Both classes weigh the same: a score, not a forecast for one customer's traffic."""
    fit = LogisticRegression(C=1e3, class_weight="balanced").fit(np.array(values)[:, None], labels)
    return {"a": round(float(fit.coef_[0][0]), 5), "b": round(float(fit.intercept_[0]), 5)}


def calibration(tier: Found):
    harmless = np.concatenate([tier.harmless(c)[0] for c in HARMLESS])
    attacks = np.concatenate([v for c in ATTACKS for v in tier.attacks(c)])
    values, labels = [], []
    for name in TOXIC:
        values.append(tier.scores[name])
        labels += tier.sets[name]["labels"]
    return {
        "injection": platt([*harmless, *attacks], [0] * len(harmless) + [1] * len(attacks)),
        "toxicity": platt(np.concatenate(values), labels),
    }


def toxic_threshold(tier: Found):
    """One for all sets: the best mean macro-F1."""
    candidates = np.quantile(np.concatenate([tier.scores[n] for n in TOXIC]), np.linspace(0.2, 0.9, 141))
    means = [np.mean([f1_score(tier.sets[n]["labels"], tier.scores[n] > c, average="macro") for n in TOXIC]) for c in candidates]
    return float(candidates[int(np.argmax(means))])


def thresholds(tier: Found, cal):
    p = lambda head, z: round(float(probability(z, cal[head])), 6)  # noqa: E731
    certain = {c: above(*tier.harmless(c), CERTAIN) for c in HARMLESS}
    return {
        "injection.suspected": {c: p("injection", above(*tier.harmless(c), SUSPECTED)) for c in HARMLESS},
        "injection.direct": {"user": p("injection", certain["user"])},
        "injection.indirect": {"data": p("injection", certain["data"])},
        "toxicity.toxic": {"any": p("toxicity", toxic_threshold(tier))},
    }


def cascade(encoder: Found, fast: Found, guard):
    cal, limits = guard["calibration"], guard["thresholds"]
    made = {"injection": {}, "toxicity": {}}

    def band(head, kind, families, harmless, weights, fast_limit, full_limit):
        # The family that loses most sets `low`: an average would let the rare ones through.
        low = fast_limit
        for fast_logits, full_logits in families:
            found = probability(full_logits, cal["encoder"][head]) >= full_limit
            seen = np.sort(probability(fast_logits[found], cal["fast"][head]))
            if len(seen):
                low = min(low, seen[int(LOST * len(seen))] - 1e-5)
        low = min(fast_limit, max(low, probability(above(harmless, weights, SEEN[kind]), cal["fast"][head])))
        high = max(fast_limit, probability(above(harmless, weights, WRONG[head]), cal["fast"][head]) + 1e-5)
        return {"low": round(float(max(low, 0)), 6), "high": round(float(high), 6)}

    for c in HARMLESS:
        made["injection"][c] = band(
            "injection", c, zip(fast.attacks(c), encoder.attacks(c)), *fast.harmless(c),
            limits["fast"]["injection.suspected"][c], limits["encoder"]["injection.suspected"][c])  # fmt: skip
    harmless = np.concatenate(fast.toxic(0))
    both = band("toxicity", "toxic", zip(fast.toxic(1), encoder.toxic(1)), harmless, np.ones(len(harmless)),
                limits["fast"]["toxicity.toxic"]["any"], limits["encoder"]["toxicity.toxic"]["any"])  # fmt: skip
    made["toxicity"] = {"user": both, "data": both}
    return made


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("folder", type=Path)
    given = options.parse_args()
    with (given.work / "scores.pkl").open("rb") as file:
        found = pickle.load(file)
    speech = Speech()
    tiers = {name: Found(found, name) for name in ("encoder", "fast")}
    guard = {
        "version": "", "maxTokens": MAX_TOKENS, "stride": OVERLAP, "heads": list(HEADS), "prefix": PREFIX,
        "prefixIds": speech.prefix, "cls": speech.cls, "sep": speech.sep,
        "calibration": {name: calibration(tier) for name, tier in tiers.items()},
    }  # fmt: skip
    guard["thresholds"] = {name: thresholds(tier, guard["calibration"][name]) for name, tier in tiers.items()}
    guard["cascade"] = cascade(tiers["encoder"], tiers["fast"], guard)
    content = hashlib.sha256()
    for name in ("tokenizer.json", "encoder.onnx", "fast.onnx"):
        content.update((given.folder / name).read_bytes())
    content.update(json.dumps(guard, sort_keys=True).encode())
    guard["version"] = content.hexdigest()[:12]
    (given.folder / "guard.json").write_text(json.dumps(guard, indent=2) + "\n", "utf8")
    print(json.dumps({k: guard[k] for k in ("calibration", "thresholds", "cascade")}, indent=1))


if __name__ == "__main__":
    main()
