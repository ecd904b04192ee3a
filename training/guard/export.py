"""Weights to what the gate loads: fused and quantised ONNX, and the tokenizer beside it."""

import argparse
import json
import logging
import warnings
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from torch import nn

from .model import ATTENTION_HEADS, WIDTH, Encoder, Fast, base_folder

INPUTS = ["input_ids", "attention_mask"]
OPSET = 17


class Packed(nn.Module):
    """The fast tier with its word table in eight bits, a scale for each word."""

    def __init__(self, fast: Fast):
        super().__init__()
        table = fast.words.weight.data
        scale = table.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127
        self.register_buffer("scale", scale)
        self.register_buffer("table", torch.round(table / scale).to(torch.int8))
        self.fast = fast
        fast.lookup = lambda ids: self.table[ids].float() * self.scale[ids]

    def forward(self, input_ids, attention_mask):
        return self.fast(input_ids, attention_mask)


def trace(model, outputs, path: Path):
    ids = torch.randint(1000, 30000, (2, 24))
    mask = torch.ones_like(ids)
    mask[1, 15:] = 0
    moving = {name: {0: "batch", 1: "tokens"} for name in INPUTS} | {name: {0: "batch"} for name in outputs}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(model.eval(), (ids, mask), str(path), input_names=INPUTS, output_names=outputs,
                          dynamic_axes=moving, opset_version=OPSET, dynamo=False)  # fmt: skip


def quantise(whole: Path, fused: Path, packed: Path):
    """Fused first, so that the word table is quantised too."""
    made = optimizer.optimize_model(str(whole), model_type="bert", num_heads=ATTENTION_HEADS, hidden_size=WIDTH,
                                    opt_level=1, use_gpu=False)  # fmt: skip
    found = made.get_fused_operator_statistics()
    if found["Attention"] == 0 and found.get("MultiHeadAttention", 0) == 0:
        raise SystemExit(f"attention was not fused: {found}")
    made.save_model_to_file(str(fused))
    quantize_dynamic(
        str(fused), str(packed), weight_type=QuantType.QInt8, per_channel=True,
        op_types_to_quantize=["MatMul", "Attention", "Gather", "Gemm", "EmbedLayerNormalization"],
        extra_options={"DefaultTensorType": 1},
    )  # fmt: skip


def export_encoder(model: Encoder, folder: Path, work: Path):
    """The whole precision stays in `work`, to measure what eight bits cost."""
    whole = work / "encoder-whole.onnx"
    trace(model, ["logits", "embedding"], whole)
    quantise(whole, work / "encoder-fused.onnx", folder / "encoder.onnx")


def export_fast(model: Fast, folder: Path):
    trace(Packed(model), ["logits"], folder / "fast.onnx")


def export_tokenizer(folder: Path):
    made = json.loads((base_folder() / "tokenizer.json").read_text("utf8"))
    made["truncation"] = made["padding"] = None
    (folder / "tokenizer.json").write_text(json.dumps(made, ensure_ascii=False, separators=(",", ":")), "utf8")


def load(kind, path):
    model = kind()
    model.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    return model.eval()


def main():
    options = argparse.ArgumentParser()
    options.add_argument("work", type=Path)
    options.add_argument("folder", type=Path)
    given = options.parse_args()
    logging.disable(logging.WARNING)
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    export_tokenizer(given.folder)
    export_encoder(load(Encoder, given.work / "encoder.pt"), given.folder, given.work)
    if (given.work / "fast.pt").exists():
        export_fast(load(Fast, given.work / "fast.pt"), given.folder)


if __name__ == "__main__":
    main()
