"""The mask decoder: prompts and an image's embedding to four masks with their predicted IoU, cheap for each prompt.

Prompts act in three ways: as tokens that attend to the image at stride 16 and back (SAM's two-way transformer, narrow), as maps (inside the
box, distances to clicks, earlier logits), and as examples: features sampled at clicks or pooled in the box are compared with every pixel.
"""
from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .prompts import SIGMAS, box_of, cover, point_maps, sample_weights

KINDS = 6  # examples: clicks on, clicks off, inside the box, around the box, inside the earlier mask, outside it
MASKS = 4
STATISTICS = 4


class Attention(nn.Module):
    """Multi-head attention whose inner width is half the outer one: queries [B, q, D], keys and values [B, k, D] -> [B, q, D]."""

    def __init__(self, width: int, inner: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v = (nn.Linear(width, inner) for _ in range(3))
        self.out = nn.Linear(inner, width)

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        q, k, v = self.split(self.q(q)), self.split(self.k(k)), self.split(self.v(v))
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))

    def split(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (self.heads, x.shape[2] // self.heads)).transpose(1, 2)


class TwoWay(nn.Module):
    """Tokens look at each other and at the image, the image looks back at the tokens: tokens [B, n, D], image [B, p, D]."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.inside, self.to_image, self.to_tokens = Attention(width, width), Attention(width, width // 2), Attention(width, width // 2)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(4))

    def forward(self, tokens: Tensor, pe: Tensor, image: Tensor, image_pe: Tensor) -> tuple[Tensor, Tensor]:
        placed = tokens + pe
        tokens = self.norms[0](tokens + self.inside(placed, placed, tokens))
        tokens = self.norms[1](tokens + self.to_image(tokens + pe, image + image_pe, image))
        tokens = self.norms[2](tokens + self.mlp(tokens))
        image = self.norms[3](image + self.to_tokens(image + image_pe, tokens + pe, tokens))
        return tokens, image


class Mixer(nn.Module):
    """A narrow 3 x 3 residual at stride 16, so that conditioned cells talk to their neighbours: [B, D, h, w] -> the same."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(width, inner, 1), nn.ReLU(), nn.Conv2d(inner, inner, 3, padding=1), nn.ReLU(), nn.Conv2d(inner, width, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class Decoder(nn.Module):
    """See `forward`. `fine`, `coarse`: the encoder's; `width`: of tokens and of the image at stride 16."""

    def __init__(self, fine: int = 48, coarse: int = 128, width: int = 128, mid: int = 32, last: int = 16, space: int = 24) -> None:
        super().__init__()
        self.fine, self.width, self.space = fine, width, space
        generator = torch.Generator().manual_seed(7)
        self.register_buffer('frequencies', torch.randn(2, width // 2, generator=generator))
        self.kinds = nn.Embedding(5, width)  # off, on, box corner, other corner, padding
        self.own = nn.Embedding(2 + MASKS, width)  # iou, four masks, context
        maps = 2 * len(SIGMAS) + 5
        self.from_sample = nn.Linear(fine + coarse, width)
        self.from_examples = nn.Sequential(nn.Linear(KINDS * (fine + coarse) + KINDS, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.image_in = nn.Conv2d(coarse, width, 1)
        self.dense_in = nn.Conv2d(maps, width, 1)
        self.norm_in = nn.LayerNorm(width)
        self.blocks = nn.ModuleList([TwoWay(width), TwoWay(width)])
        self.mixers = nn.ModuleList([Mixer(width, width // 2), Mixer(width, width // 2)])
        self.final, self.final_norm = Attention(width, width // 2), nn.LayerNorm(width)
        self.up16, self.fine8, self.conv8 = nn.Conv2d(width, mid, 1), nn.Conv2d(fine, mid, 1), nn.Conv2d(mid, mid, 3, padding=1)
        self.up8, self.fine4 = nn.Conv2d(mid, last, 1), nn.Conv2d(fine, last, 1)
        self.maps4 = nn.Conv2d(maps + KINDS, last, 1)
        self.conv4 = nn.Conv2d(last, last, 3, padding=1)
        self.pixel_space, self.example_space = nn.Conv2d(fine, space, 1), nn.Linear(fine, space)
        self.hyper = nn.ModuleList(nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, last + space + 1)) for _ in range(MASKS))
        self.iou = nn.Sequential(nn.Linear(2 * width + STATISTICS, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
        self.box_prior = nn.Parameter(torch.full((MASKS,), 2.0))

    def forward(self, embedding: Tensor, xy: Tensor, labels: Tensor, earlier: Tensor, has_earlier: Tensor, side: float) -> tuple[Tensor, Tensor]:
        """Decodes k prompts for each of i images, b = i * k.

        embedding: float [i, C, H, W]. xy: [b, n, 2] pixels of the input frame. labels: [b, n], 1 on, 0 off, 2 and 3 a box, -1 padding.
        earlier: [b, 1, H, W] logits. has_earlier: [b]. side: pixels of the model's square input, by which positions are scaled.
        Returns logits [b, 4, H, W] and predicted IoU [b, 4], 0..1.
        """
        images, _, height, width = embedding.shape
        each = xy.shape[0] // images
        xy = xy + 0.5 * (labels < 2)[..., None]
        fine, coarse = embedding[:, :self.fine], F.pixel_unshuffle(embedding[:, self.fine:], 4)
        has_earlier = has_earlier[:, None, None, None]
        soft = torch.sigmoid(earlier) * has_earlier
        box, has_box = box_of(xy, labels)
        weights, present = self.weights(xy, labels, box, has_box, soft, has_earlier, height, width)
        examples, samples = self.examples(fine, coarse, weights, present, xy, each)
        maps = self.maps(xy, labels, box, has_box, earlier, has_earlier, height, width, side)

        tokens, pe = self.tokens(xy, labels, examples, present, samples, side)
        image_pe = self.grid_pe(height // 4, width // 4, side, xy)
        image = repeat(self.image_in(coarse), each) + self.dense_in(F.avg_pool2d(maps, 4))
        shape = image.shape[2:]
        image = self.norm_in(image.flatten(2).transpose(1, 2))
        for block, mixer in zip(self.blocks, self.mixers):
            tokens, image = block(tokens, pe, image, image_pe)
            image = mixer(image.transpose(1, 2).unflatten(2, shape)).flatten(2).transpose(1, 2)
        tokens = self.final_norm(tokens + self.final(tokens + pe, image + image_pe, image))
        image = image.transpose(1, 2).unflatten(2, shape)

        logits = self.masks(tokens, image, fine, maps, examples, present, each)
        inside = maps[:, -3:-2]
        logits = logits + self.box_prior[:, None, None] * (2 * inside - 1) * has_box[:, None, None, None]
        own = tokens[:, 1:1 + MASKS]
        iou = self.iou(torch.cat([tokens[:, :1].expand_as(own), own, statistics(logits.detach())], 2))[..., 0].sigmoid()
        return logits, iou

    def pe(self, xy: Tensor, side: float) -> Tensor:
        """Fourier features of positions: [..., 2] pixels -> [..., D]."""
        placed = 2 / side * xy - 1
        # not a matrix product: that would be rounded to bfloat16 in training
        turns = (2 * math.pi) * (placed[..., 0:1] * self.frequencies[0] + placed[..., 1:2] * self.frequencies[1])
        return torch.cat([turns.sin(), turns.cos()], -1)

    def grid_pe(self, height: int, width: int, side: float, like: Tensor) -> Tensor:
        y = (torch.arange(height, device=like.device, dtype=torch.float32) + 0.5) * 16
        x = (torch.arange(width, device=like.device, dtype=torch.float32) + 0.5) * 16
        at = torch.stack([x[None, :].expand(height, width), y[:, None].expand(height, width)], -1)
        return self.pe(at.reshape(1, height * width, 2), side)

    def weights(self, xy: Tensor, labels: Tensor, box: Tensor, has_box: Tensor, soft: Tensor, has_earlier: Tensor, height: int, width: int) -> tuple[list[tuple[Tensor, Tensor] | Tensor], Tensor]:
        """What each kind of example is pooled with: (rows [b, n, H], columns [b, n, W]) summed over n, or a whole map [b, H, W]; and [b, KINDS] presence."""
        rows, columns = sample_weights(xy[..., 1], height, 4), sample_weights(xy[..., 0], width, 4)
        on, off = (labels == 1).float(), (labels == 0).float()
        size = box[:, 2:] - box[:, :2]
        low, high = box[:, :2] - 0.2 * size - 4, box[:, 2:] + 0.2 * size + 4
        inner = [cover(box[:, a], box[:, a + 2], n, 4) for a, n in ((0, width), (1, height))]
        outer = [cover(low[:, a], high[:, a], n, 4) for a, n in ((0, width), (1, height))]
        inside = inner[1][:, :, None] * inner[0][:, None, :]
        around = outer[1][:, :, None] * outer[0][:, None, :] - inside
        near = has_earlier[:, 0] * (1 - soft[:, 0])
        whole = torch.stack([
            (rows * on[..., None]).transpose(1, 2) @ columns, (rows * off[..., None]).transpose(1, 2) @ columns,
            inside * has_box[:, None, None], around * has_box[:, None, None], soft[:, 0], near,
        ], 1)
        total = whole.sum((2, 3))
        present = (total > 1e-3).float()
        return [whole / (total + 1e-3)[:, :, None, None]], present

    def examples(self, fine: Tensor, coarse: Tensor, weights: list[tuple[Tensor, Tensor] | Tensor], present: Tensor, xy: Tensor, each: int) -> tuple[Tensor, Tensor]:
        """Mean features of each kind [b, KINDS, fine + coarse], and at each point [b, n, fine + coarse]."""
        images, channels, height, width = fine.shape
        whole = weights[0]
        assert isinstance(whole, Tensor)
        quarter = F.avg_pool2d(whole, 4) * 16
        parts = []
        for features, by in ((fine, whole), (coarse, quarter)):
            flat = features.flatten(2).transpose(1, 2)
            pooled = by.flatten(2).reshape(images, -1, flat.shape[1]) @ flat
            parts.append(pooled.reshape(images * each, KINDS, features.shape[1]))
        samples = []
        for features, stride in ((fine, 4), (coarse, 16)):
            c, h, w = features.shape[1:]
            n = xy.shape[1]
            rows, columns = sample_weights(xy[..., 1], h, stride), sample_weights(xy[..., 0], w, stride)
            lines = rows.reshape(images, each * n, h) @ features.permute(0, 2, 3, 1).reshape(images, h, w * c)
            lines = lines.reshape(images * each, n, w, c)
            samples.append((lines * columns[..., None]).sum(2))
        return torch.cat(parts, 2) * present[..., None], torch.cat(samples, 2)

    def maps(self, xy: Tensor, labels: Tensor, box: Tensor, has_box: Tensor, earlier: Tensor, has_earlier: Tensor, height: int, width: int, side: float) -> Tensor:
        """[b, 2 * len(SIGMAS) + 5, H, W]: bumps on, bumps off, earlier logits squashed, has earlier, inside the box, signed, has box."""
        on, off = (labels == 1).float(), (labels == 0).float()
        inside = (cover(box[:, 1], box[:, 3], height, 4)[:, :, None] * cover(box[:, 0], box[:, 2], width, 4)[:, None, :])[:, None]
        has = has_box[:, None, None, None] * torch.ones_like(inside)
        return torch.cat([
            point_maps(xy, on, height, width, 4, side), point_maps(xy, off, height, width, 4, side),
            torch.tanh(earlier / 4) * has_earlier, has_earlier * torch.ones_like(inside), inside * has, (2 * inside - 1) * has, has,
        ], 1)

    def tokens(self, xy: Tensor, labels: Tensor, examples: Tensor, present: Tensor, samples: Tensor, side: float) -> tuple[Tensor, Tensor]:
        """Tokens and their positions, both [b, 2 + MASKS + n, D]: iou, masks, context, points."""
        count = xy.shape[0]
        real = (labels >= 0).float()[..., None]
        kinds = torch.where(labels < 0, torch.full_like(labels, 4), labels).long()
        points = self.kinds(kinds) + self.from_sample(samples) * real
        context = self.from_examples(torch.cat([examples.flatten(1), present], 1))[:, None]
        own = self.own.weight[None].expand(count, -1, -1)
        tokens = torch.cat([own[:, :1 + MASKS], own[:, 1 + MASKS:] + context, points], 1)
        placed = self.pe(xy, side) * real
        return tokens, torch.cat([tokens.new_zeros(count, 2 + MASKS, self.width) if not torch.onnx.is_in_onnx_export() else 0 * own, placed], 1)

    def masks(self, tokens: Tensor, image: Tensor, fine: Tensor, maps: Tensor, examples: Tensor, present: Tensor, each: int) -> Tensor:
        """[b, MASKS, H, W] logits."""
        x = F.interpolate(self.up16(image), scale_factor=2, mode='bilinear', align_corners=False)
        x = F.relu(x + repeat(self.fine8(F.avg_pool2d(fine, 2)), each))
        x = F.relu(x + self.conv8(x))
        x = F.interpolate(self.up8(x), scale_factor=2, mode='bilinear', align_corners=False)
        space = self.pixel_space(fine)
        keys = self.example_space(examples[..., :self.fine]) * present[..., None]
        images, _, height, width = space.shape
        alike = keys.reshape(images, each * KINDS, self.space) @ space.flatten(2)
        alike = alike.reshape(images * each, KINDS, height, width) * self.space ** -0.5
        x = F.relu(x + repeat(self.fine4(fine), each) + self.maps4(torch.cat([maps, alike], 1)))
        x = F.relu(x + self.conv4(x))
        vectors = torch.stack([net(tokens[:, 1 + i]) for i, net in enumerate(self.hyper)], 1)
        last = x.shape[1]
        own = vectors[..., :last] @ x.flatten(2)
        shared = vectors[..., last:-1].reshape(images, each * MASKS, self.space) @ space.flatten(2)
        return (own + shared.reshape(images * each, MASKS, -1) * self.space ** -0.5 + vectors[..., -1:]).unflatten(2, (height, width))


def statistics(logits: Tensor) -> Tensor:
    """What a mask's own logits tell of its worth: [b, m, H, W] -> [b, m, STATISTICS]: its size, how sure it is, and how little it changes with the threshold."""
    p = torch.sigmoid(logits.float())
    area = p.sum((2, 3)) + 1e-3
    sure = (p * p).sum((2, 3)) / area
    strict, lax = torch.sigmoid(4 * (logits.float() - 1)).sum((2, 3)), torch.sigmoid(4 * (logits.float() + 1)).sum((2, 3))
    share = area / (logits.shape[2] * logits.shape[3])
    return torch.stack([share.sqrt(), share.log() / 8, 2 * sure - 1, strict / (lax + 1e-3)], 2)


def repeat(x: Tensor, each: int) -> Tensor:
    """[i, ...] -> [i * each, ...]; an image of its own is left to broadcast."""
    return x if x.shape[0] == 1 or each == 1 else x.repeat_interleave(each, 0)
