"""The text model in ONNX Runtime, for `make bench` alone: installed aside, in build/onnx, never in the environment."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

INPUTS = ["input_ids", "attention_mask"]
FOLDER = Path(__file__).resolve().parent.parent / "build" / "onnx"
# Without what they depend on: numpy and the rest are there.
PACKAGES = (
    "onnxruntime==1.32.0", "onnx==1.23.2", "onnxscript==0.7.2", "onnx_ir==1.1.0", "ml_dtypes==0.6.0",
    "flatbuffers==25.12.19", "protobuf==7.36.2",
)  # fmt: skip


class OnnxModel:
    """Encode as the model does from which it was made: same tokens, mean over them, length one."""

    def __init__(self, model: Any, file: Path) -> None:
        import onnxruntime

        self.tokenizer, self.max_seq_length, self._tokens = model.tokenizer, model.max_seq_length, model.tokenize
        self._session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    def encode(self, texts: list[str]) -> np.ndarray:
        """Return the vectors (n, d) of n texts."""
        tokens = self._tokens(texts)
        inputs = {name: tokens[name].numpy() for name in INPUTS}
        (states,) = self._session.run(None, inputs)
        mask = inputs["attention_mask"][..., None]
        mean = (states * mask).sum(axis=1) / mask.sum(axis=1)
        return mean / np.linalg.norm(mean, axis=1, keepdims=True)


def models(model: Any) -> dict[str, OnnxModel]:
    """Return the model in float32 and in int8; nothing where the packages cannot be had."""
    if not _installed():
        return {}
    full, small = FOLDER / "model.onnx", FOLDER / "int8.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _export(model, full)
        from onnxruntime.quantization import QuantType, quantize_dynamic

        quantize_dynamic(full, small, weight_type=QuantType.QInt8)
    return {f"ONNX Runtime, {kind}": OnnxModel(model, file) for kind, file in (("float32", full), ("int8", small))}


def _installed() -> bool:
    if not (FOLDER / "onnxruntime").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(FOLDER), *PACKAGES]
        if subprocess.run(command, check=False).returncode:
            return False
    if str(FOLDER) not in sys.path:
        sys.path.append(str(FOLDER))  # behind the environment's own
    return True


def _export(model: Any, file: Path) -> None:
    import torch

    class States(torch.nn.Module):
        def __init__(self, transformer: Callable[..., Any]) -> None:
            super().__init__()
            self.transformer = transformer

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.transformer(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    example = model.tokenize(["two texts of", "unlike length"])
    sizes = {0: torch.export.Dim("texts", max=4096), 1: torch.export.Dim("tokens", max=512)}
    program = torch.onnx.export(
        States(model[0].auto_model.eval()), tuple(example[name] for name in INPUTS), dynamo=True, verbose=False,
        dynamic_shapes=(sizes, sizes), input_names=INPUTS, output_names=["states"],
    )  # fmt: skip
    program.save(str(file))
