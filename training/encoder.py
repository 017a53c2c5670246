"""The image encoder: dense convolutions down to stride 32, fused upwards into one tensor at stride 4.

No absolute positions, so that it can be trained on small crops and used on large pictures.
"""
from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class ConvBN(nn.Sequential):
    """A convolution and its normalisation, which an export folds into it."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> None:
        super().__init__(nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs))


class Block(nn.Module):
    """Two 3 x 3 convolutions around a skip: float [B, inputs, h, w] -> [B, outputs, h / stride, w / stride]."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = ConvBN(inputs, outputs, stride=stride)
        self.second = ConvBN(outputs, outputs)
        self.skip = ConvBN(inputs, outputs, 1, stride) if stride > 1 or inputs != outputs else nn.Identity()
        nn.init.zeros_(self.second[1].weight)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.skip(x))


class GlobalBlock(nn.Module):
    """Attention of every cell to every other, then a small network, both around skips: [B, C, h, w] -> the same."""

    def __init__(self, channels: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(channels), nn.LayerNorm(channels)
        self.qkv, self.out = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)
        self.mlp = nn.Sequential(nn.Linear(channels, 2 * channels), nn.GELU(), nn.Linear(2 * channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        b, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        q, k, v = self.qkv(self.norm1(tokens)).reshape(b, h * w, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-1, -2) * (c // self.heads) ** -0.5).softmax(-1)
        tokens = tokens + self.out((weights @ v).transpose(1, 2).reshape(b, h * w, c))
        tokens = tokens + self.mlp(self.norm2(tokens))
        return tokens.transpose(1, 2).reshape(b, c, h, w)


class Encoder(nn.Module):
    """Normalised pixels float [B, 3, S, T] (S, T multiples of 32) -> [B, fine + coarse / 16, S / 4, T / 4].

    The first `fine` channels are features at stride 4; the others are `coarse` channels of stride 16, folded 4 x 4 into space, so
    that one tensor carries both.
    """

    def __init__(self, widths: tuple[int, ...] = (32, 48, 96, 160, 256), depths: tuple[int, ...] = (1, 2, 3, 2), fine: int = 48, coarse: int = 128) -> None:
        super().__init__()
        self.stem = nn.Sequential(ConvBN(3, widths[0], stride=2), nn.ReLU(), ConvBN(widths[0], widths[1], stride=2), nn.ReLU())
        stages = []
        for i, depth in enumerate(depths):
            blocks = [Block(widths[max(i, 1)] if i > 0 else widths[1], widths[i + 1], 1 if i == 0 else 2)]
            blocks += [Block(widths[i + 1], widths[i + 1]) for _ in range(depth - 1)]
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)
        self.context = GlobalBlock(widths[4])
        neck = 96
        self.lateral32, self.lateral16 = ConvBN(widths[4], coarse, 1), ConvBN(widths[3], coarse, 1)
        self.smooth16 = nn.Sequential(ConvBN(coarse, coarse), nn.ReLU())
        self.down8, self.lateral8 = ConvBN(coarse, neck, 1), ConvBN(widths[2], neck, 1)
        self.smooth8 = nn.Sequential(ConvBN(neck, neck), nn.ReLU())
        self.down4, self.lateral4 = ConvBN(neck, fine, 1), ConvBN(widths[1], fine, 1)
        self.smooth4 = nn.Sequential(ConvBN(fine, fine), nn.ReLU(), nn.Conv2d(fine, fine, 1))
        self.head16 = nn.Conv2d(coarse, coarse, 1)

    def forward(self, pixels: Tensor) -> Tensor:
        s4 = self.stages[0](self.stem(pixels))
        s8 = self.stages[1](s4)
        s16 = self.stages[2](s8)
        # bfloat16 gradients of weights on so few cells are ten times as slow as float32 ones in oneDNN
        with torch.autocast('cpu', enabled=False):
            s32 = self.stages[3](s16.float())
        s32 = self.context(s32)
        p16 = self.smooth16(F.relu(self.lateral16(s16) + twice(self.lateral32(s32))))
        p8 = self.smooth8(F.relu(self.lateral8(s8) + twice(self.down8(p16))))
        p4 = self.smooth4(F.relu(self.lateral4(s4) + twice(self.down4(p8))))
        return torch.cat([p4, F.pixel_shuffle(self.head16(p16), 4)], 1)


def twice(x: Tensor) -> Tensor:
    """[B, C, h, w] -> [B, C, 2h, 2w], bilinear."""
    return F.interpolate(x, scale_factor=2, mode='bilinear', align_corners=False)
