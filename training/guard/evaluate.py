"""Figures from scores: what the card says of each development set, tier by tier."""

import numpy as np
from sklearn.metrics import f1_score, roc_auc_score

from .calibrate import HARMLESS, SUSPECTED, Found, above, toxic_threshold
from .model import HEADS
from .score import probability

TIERS = ("encoder", "fast", "cascade", "labels", "blind", "permissive", "ngram")
RECALL_AT = {"agents' tool results and mails": 0.03, "published jailbreaks": 0.05}


class Tier:
    """A tier as one that answers finding or no finding, with a score to rank by."""

    def __init__(self, found, name, guard):
        self.found, self.guard, self.name = found, guard, name
        if name == "cascade":
            self.encoder, self.fast = (Tier(found, n, guard) for n in ("encoder", "fast"))
            return
        self.tier = Found(found, name)
        if name in guard["thresholds"]:
            cal, limits = guard["calibration"][name], guard["thresholds"][name]
            self.rank = lambda n, h: probability(self.tier.scores[n], cal[HEADS[h]])
            self.limits = {**limits["injection.suspected"], "any": limits["toxicity.toxic"]["any"]}
        else:
            self.rank = lambda n, h: self.tier.scores[n]
            self.limits = {c: above(*self.tier.harmless(c), SUSPECTED) for c in HARMLESS}
            self.limits["any"] = toxic_threshold(self.tier)

    def decided(self, name):
        """Whether the fast tier decides alone, text by text."""
        s = self.found["sets"][name]
        band = self.guard["cascade"][HEADS[s["head"]]]
        p = self.fast.scores(name)
        low, high = (np.array([band[c][k] for c in s["channels"]]) for k in ("low", "high"))
        return (p <= low) | (p >= high)

    def scores(self, name):
        if self.name == "cascade":
            return np.where(self.decided(name), self.fast.scores(name), self.encoder.scores(name))
        return self.rank(name, self.found["sets"][name]["head"])

    def finds(self, name):
        s = self.found["sets"][name]
        if self.name == "cascade":
            return np.where(self.decided(name), self.fast.finds(name), self.encoder.finds(name))
        limits = np.array([self.limits["any" if s["head"] else c] for c in s["channels"]])
        return self.scores(name) >= limits

    def user_harmless(self):
        if self.name != "cascade":
            values, weights = self.tier.harmless("user")
            return (probability(values, self.guard["calibration"][self.name]["injection"])
                    if self.name in self.guard["calibration"] else values), weights  # fmt: skip
        values, weights = [], []
        for name, weight in HARMLESS["user"].items():
            s = self.found["sets"][name]
            keep = (np.array(s["channels"]) == "user") & (np.array(s["labels"]) == 0)
            values.append(self.scores(name)[keep])
            weights.append(np.full(keep.sum(), weight / keep.sum()))
        return np.concatenate(values), np.concatenate(weights)


def figure(tier: Tier, name):
    """(what is measured, value) in points."""
    s = tier.found["sets"][name]
    labels, rows = np.array(s["labels"]), []
    finds = tier.finds(name)
    if s["head"] == 0:
        if (labels == 0).any():
            rows.append(("let through", 100 * float((~finds)[labels == 0].mean())))
        if (labels == 1).any():
            rows.append(("found", 100 * float(finds[labels == 1].mean())))
    if 0 < labels.mean() < 1:
        scores = tier.scores(name)
        rows.append(("AUC", 100 * float(roc_auc_score(labels, scores))))
        if s["head"] == 1:
            rows.append(("macro-F1", 100 * float(f1_score(labels, finds, average="macro"))))
    elif s["head"] == 1:
        rows.append(("let through", 100 * float((~finds).mean())))
    if name in RECALL_AT:
        scores, share = tier.scores(name), RECALL_AT[name]
        if (labels == 0).any():
            clean = scores[labels == 0]
            limit = above(clean, np.ones(len(clean)), share)
        else:
            limit = above(*tier.user_harmless(), share)
        rows.append(
            (
                f"found with {100 - 100 * share:.0f} % of the harmless let through",
                100 * float((scores > limit)[labels == 1].mean()),
            )
        )
    return rows


def table(found, guard):
    """{set: {measure: {tier: value}}}"""
    tiers = [Tier(found, n, guard) for n in TIERS if n in found["scores"] or n == "cascade"]
    made = {}
    for name in found["sets"]:
        for tier in tiers:
            for measure, value in figure(tier, name):
                made.setdefault(name, {}).setdefault(measure, {})[tier.name] = value
    return made


def eight_bits(found):
    """What quantising costs, in points of AUC, over the rows that both precisions scored."""
    lost = {}
    for name, whole in found["scores"]["whole"].items():
        labels = np.array(found["sets"][name]["labels"][: len(whole)])
        if 0 < labels.mean() < 1:
            packed = found["scores"]["encoder"][name][: len(whole)]
            lost[name] = 100 * float(roc_auc_score(labels, whole) - roc_auc_score(labels, packed))
    return lost


def languages(found, guard):
    """Share found and let through by language, over all injection sets, and macro-F1 of comments."""
    tier, by = Tier(found, "encoder", guard), {}
    for name, s in found["sets"].items():
        finds = tier.finds(name)
        for lang, label, hit in zip(s["langs"], s["labels"], finds):
            by.setdefault((HEADS[s["head"]], lang), []).append((label, bool(hit)))
    made = []
    for (head, lang), pairs in sorted(by.items()):
        for label, what in ((0, "let through"), (1, "found")):
            hits = [hit == bool(label) for l, hit in pairs if l == label]
            if len(hits) >= 20:
                made.append((head, lang, what, len(hits), 100 * sum(hits) / len(hits)))
    return made


def passed_on(found, guard):
    """The share of harmless texts that the encoder still sees: by channel for injection, of long prompts for toxicity."""
    tier = Tier(found, "cascade", guard)
    made = {"toxicity": float((~tier.decided("ordinary prompts, toxicity")).mean())}
    for channel, families in HARMLESS.items():
        shares, weights = [], []
        for name, weight in families.items():
            s = found["sets"][name]
            keep = (np.array(s["channels"]) == channel) & (np.array(s["labels"]) == 0)
            if keep.any():
                shares.append(float((~tier.decided(name))[keep].mean()))
                weights.append(weight)
        made[channel] = float(np.average(shares, weights=weights))
    return made
