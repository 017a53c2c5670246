"""What prompts look like to the decoder: separable weights over the grid, from which points are sampled, boxes pooled and maps drawn."""
from __future__ import annotations

import torch
from torch import Tensor

SIGMAS = (0.015, 0.06, 0.2)


def grid(length: int, like: Tensor) -> Tensor:
    """Float [length]: 0, 1, 2 ..."""
    return torch.arange(length, device=like.device, dtype=torch.float32)


def sample_weights(at: Tensor, length: int, stride: int) -> Tensor:
    """Bilinear weights of positions in pixels, float [B, N], on cells of `stride` pixels: [B, N, length]."""
    cell = (at / stride - 0.5).clamp(0, length - 1)
    return (1 - (cell[..., None] - grid(length, at)).abs()).clamp(min=0)


def cover(low: Tensor, high: Tensor, length: int, stride: int) -> Tensor:
    """How much of each cell lies in [low, high), pixels, float [B]: [B, length], 0..1."""
    cells = grid(length, low)
    low, high = low[:, None] / stride, high[:, None] / stride
    return (torch.minimum(high, cells + 1) - torch.maximum(low, cells)).clamp(0, 1)


def point_maps(xy: Tensor, weight: Tensor, height: int, width: int, stride: int, side: float) -> Tensor:
    """Bumps around points: `xy` float [B, N, 2] pixels, `weight` [B, N] -> [B, len(SIGMAS), height, width]."""
    maps = []
    for sigma in SIGMAS:
        gx = torch.exp(-((xy[..., 0:1] - (grid(width, xy) + 0.5) * stride) / (sigma * side)) ** 2)
        gy = torch.exp(-((xy[..., 1:2] - (grid(height, xy) + 0.5) * stride) / (sigma * side)) ** 2)
        maps.append((gy * weight[..., None]).transpose(1, 2) @ gx)
    return torch.stack(maps, 1)


def box_of(xy: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The box among the points (labels 2 and 3): float [B, 4] x0, y0, x1, y1 in pixels, and [B] 1 where there is one."""
    first, second = (labels == 2).float(), (labels == 3).float()
    corners = torch.cat([(xy * first[..., None]).sum(1), (xy * second[..., None]).sum(1)], 1)
    return corners, first.sum(1).clamp(max=1)
