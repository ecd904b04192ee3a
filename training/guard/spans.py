"""Finds what was put into a document, by the longest common beginning and end with a clean carrier."""

from collections import defaultdict

EDGE = 30
FIT = 0.9


def common(a: str, b: str, limit: int, end: bool) -> int:
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        same = a[-middle:] == b[-middle:] if end else a[:middle] == b[:middle]
        low, high = (middle, high) if same else (low, middle - 1)
    return low


class Carriers:
    """Clean documents, found by how they begin and how they end."""

    def __init__(self, texts):
        self.by_edge = defaultdict(list)
        for text in texts:
            self.by_edge["a" + text[:EDGE]].append(text)
            self.by_edge["z" + text[-EDGE:]].append(text)

    def find(self, text: str):
        """(start, end, carrier) of the inserted text, or None."""
        best = None
        for carrier in self.by_edge["a" + text[:EDGE]][:12] + self.by_edge["z" + text[-EDGE:]][:12]:
            limit = min(len(carrier), len(text))
            before = common(carrier, text, limit, end=False)
            after = common(carrier, text, limit - before, end=True)
            if best is None or before + after > best[0]:
                best = (before + after, before, len(text) - after, carrier)
        if best and best[0] >= FIT * len(best[3]) and best[2] > best[1]:
            return best[1:]
        return None


GRAM = 24


class Attacks:
    """Known attack strings, found again inside documents whose carrier is not at hand."""

    def __init__(self, texts):
        self.grams = {text[i : i + GRAM] for text in texts for i in range(max(1, len(text) - GRAM + 1))}

    def find(self, text: str):
        hits = [i for i in range(len(text) - GRAM + 1) if text[i : i + GRAM] in self.grams]
        if not hits:
            return None
        return hits[0], min(hits[-1] + GRAM, hits[0] + 1200)
