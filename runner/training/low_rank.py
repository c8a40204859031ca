"""A LoRA layer as one operation: the same mathematics as PEFT's, in fewer passes over large matrices.

PEFT adds `scale * B(A(x))` in four steps, each of which writes a matrix as large as the layer's output,
and the gradient of B is a product of a shape that is slow on CPUs. Here the small product is added in
place, and that gradient is computed transposed.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

import torch
from peft.tuners.lora.layer import Linear


def speed_up(model: Any) -> None:
    """Let every plain LoRA layer without dropout compute in one operation. Made for CPUs."""
    for module in model.modules():
        layer: Any = module
        if isinstance(module, Linear) and type(module.base_layer) is torch.nn.Linear:
            layer.forward = MethodType(_forward, layer)


def _forward(layer: Any, x: torch.Tensor, *_args: Any, **_kwargs: Any) -> torch.Tensor:
    base, name = layer.base_layer, "default"
    low, high, scale = layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name]
    flat = x.reshape(-1, x.shape[-1])
    output: torch.Tensor = _LowRank.apply(flat, base.weight, base.bias, low, high, scale)  # type: ignore[no-untyped-call]
    return output.view(*x.shape[:-1], -1)


class _LowRank(torch.autograd.Function):
    """`x @ weight.T + bias + scale * (x @ low.T) @ high.T`; `weight` and `bias` learn nothing."""

    @staticmethod
    def forward(
        ctx: Any,
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        low: torch.Tensor,
        high: torch.Tensor,
        scale: float,
    ) -> torch.Tensor:
        if torch.is_autocast_enabled("cpu"):
            # As autocast would, but x only once for both products; the weights that learn stay float32.
            x, weight, low, high = (part.to(torch.bfloat16) for part in (x, weight, low, high))
        narrow = x @ low.T
        output = torch.nn.functional.linear(x, weight, bias)
        ctx.save_for_backward(x, weight, low, high, narrow)
        ctx.scale = scale
        return output.addmm_(narrow, high.T, alpha=scale)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        (gradient,) = gradients
        x, weight, low, high, narrow = ctx.saved_tensors
        gradient = gradient.to(x.dtype)
        back = (gradient @ high) * ctx.scale
        to_x = None
        if ctx.needs_input_grad[0]:
            to_x = (gradient @ weight).addmm_(back, low)
        to_high = (narrow.T @ gradient).T * ctx.scale
        return to_x, None, None, back.T @ x, to_high, None
