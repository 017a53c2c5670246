"""The mask decoder: prompts and an image's embedding to four masks with their predicted IoU, cheap for each prompt.

Prompts act in three ways: as tokens that attend to the image at stride 16 and back (SAM's two-way transformer, narrow), as maps (inside the
box, distances to clicks, earlier logits), and as examples: features sampled at clicks or pooled in the box are compared with every pixel.

What is computed for each prompt stops at stride 8; the last doubling follows the edges of the picture, whose weights are shared by all prompts of an
image. The image stays channels first, as the runtime wants it: the tokens are few, so its attention needs no transposed copy. An earlier decoder
of twice the width that went to stride 4 for each prompt took 7.9 ms a prompt of a batch on two cores, half of it moving memory; this one takes a third.
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
    """Tokens among themselves, several heads: [B, n, D] -> [B, n, D]."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, placed: Tensor, values: Tensor) -> Tensor:
        q, k, v = (split(x, self.heads) for x in (self.q(placed), self.k(placed), self.v(values)))
        weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(-1)
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class ToImage(nn.Module):
    """Tokens ask the image: tokens with their places [B, n, D], image [B, C, p], its places [1, D, p] -> [B, n, D]."""

    def __init__(self, width: int, image: int, inner: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.out = nn.Linear(width, inner), nn.Linear(inner, width)
        # no biases: one of the keys leaves the softmax as it is, one of the values is a part of `out`'s
        self.k, self.v, self.place = (nn.Conv1d(size, inner, 1, bias=False) for size in (image, image, width))

    def forward(self, placed: Tensor, image: Tensor, image_pe: Tensor) -> Tensor:
        k = (matrix(self.k, image) + matrix(self.place, image_pe)).unflatten(1, (self.heads, -1))
        v = matrix(self.v, image).unflatten(1, (self.heads, -1))
        q = split(self.q(placed), self.heads)
        weights = (q @ k * q.shape[-1] ** -0.5).softmax(-1)
        return self.out((weights @ v.transpose(-1, -2)).transpose(1, 2).flatten(2))


class ToTokens(nn.Module):
    """The image asks the tokens: image [B, C, p] and its places [1, D, p], tokens [B, n, D] -> [B, C, p]."""

    def __init__(self, width: int, image: int, inner: int, heads: int = 4) -> None:
        super().__init__()
        self.heads = heads
        self.k, self.v = nn.Linear(width, inner), nn.Linear(width, inner)
        self.q, self.place = nn.Conv1d(image, inner, 1, bias=False), nn.Conv1d(width, inner, 1, bias=False)
        self.out = nn.Conv1d(inner, image, 1)

    def forward(self, image: Tensor, image_pe: Tensor, placed: Tensor, tokens: Tensor) -> Tensor:
        q = (matrix(self.q, image) + matrix(self.place, image_pe)).unflatten(1, (self.heads, -1))
        k, v = split(self.k(placed), self.heads), split(self.v(tokens), self.heads)
        weights = (k @ q * q.shape[2] ** -0.5).softmax(2)
        return matrix(self.out, (v.transpose(-1, -2) @ weights).flatten(1, 2))


class TwoWay(nn.Module):
    """Tokens look at each other and at the image, the image looks back at the tokens and its cells at their neighbours: tokens [B, n, D], image [B, C, p]."""

    def __init__(self, width: int, image: int, inner: int) -> None:
        super().__init__()
        self.inside, self.to_image, self.to_tokens = Attention(width), ToImage(width, image, inner), ToTokens(width, image, inner)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        narrow = image // 2
        self.mix_in, self.mix, self.mix_out = nn.Conv1d(image, narrow, 1), nn.Conv2d(narrow, narrow, 3, padding=1), nn.Conv1d(narrow, image, 1)
        # the image has no normalisation (its copies would cost as much as the attention), so what is added to it begins small
        for layer in (self.to_tokens.out, self.mix_out):
            nn.init.normal_(layer.weight, std=0.02)

    def forward(self, tokens: Tensor, pe: Tensor, image: Tensor, image_pe: Tensor, shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
        tokens = self.norms[0](tokens + self.inside(tokens + pe, tokens))
        tokens = self.norms[1](tokens + self.to_image(tokens + pe, image, image_pe))
        tokens = self.norms[2](tokens + self.mlp(tokens))
        image = image + self.to_tokens(image, image_pe, tokens + pe, tokens)
        near = F.relu(self.mix(F.relu(matrix(self.mix_in, image)).unflatten(2, shape))).flatten(2)
        return tokens, image + matrix(self.mix_out, near)


class Decoder(nn.Module):
    """See `forward`. `fine`, `coarse`: the encoder's; `width`: of tokens; `image`: of the image at stride 16; `mid`: at stride 8; `space`: of features that are compared."""

    def __init__(self, fine: int = 48, coarse: int = 128, width: int = 128, image: int = 64, mid: int = 32, space: int = 24) -> None:
        super().__init__()
        self.fine, self.folded, self.width, self.space = fine, coarse // 16, width, space
        generator = torch.Generator().manual_seed(7)
        self.register_buffer('frequencies', torch.randn(2, width // 2, generator=generator))
        self.kinds = nn.Embedding(5, width)  # off, on, box corner, other corner, padding
        self.own = nn.Embedding(2 + MASKS, width)  # iou, four masks, context
        maps = 2 * len(SIGMAS) + 5
        self.from_sample = nn.Linear(fine + coarse, width)
        self.from_examples = nn.Sequential(nn.Linear(KINDS * (fine + coarse) + KINDS, 2 * width), nn.ReLU(), nn.Linear(2 * width, width))
        self.image_in, self.dense_in = nn.Conv2d(coarse, image, 1), nn.Conv2d(maps, image, 1)
        self.blocks = nn.ModuleList([TwoWay(width, image, 64), TwoWay(width, image, 64)])
        self.final, self.final_norm = ToImage(width, image, 64), nn.LayerNorm(width)
        self.up16, self.fine8, self.maps8 = nn.Conv1d(image, mid, 1), nn.Conv2d(fine, mid, 1), nn.Conv2d(maps + KINDS, mid, 1)
        self.conv8 = nn.Conv2d(mid, mid, 3, padding=1)
        self.pixel_space, self.example_space = nn.Conv2d(fine, space, 1), nn.Linear(fine, space)
        self.follow = nn.Conv2d(fine, 9, 1)
        self.hyper = nn.ModuleList(nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, mid + space + 1)) for _ in range(MASKS))
        self.iou = nn.Sequential(nn.Linear(2 * width + STATISTICS, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))
        self.box_prior = nn.Parameter(torch.full((MASKS,), 2.0))
        with torch.no_grad():
            self.follow.weight.mul_(0.1)
            self.follow.bias.copy_(torch.tensor([0.0, 0, 0, 0, 3, 0, 0, 0, 0]))

    def forward(self, embedding: Tensor, xy: Tensor, labels: Tensor, earlier: Tensor, has_earlier: Tensor, side: float) -> tuple[Tensor, Tensor]:
        """Decodes k prompts for each of i images, b = i * k.

        embedding: float [i, C, H, W] at stride 4. xy: [b, n, 2] pixels of the input frame. labels: [b, n], 1 on, 0 off, 2 and 3 a box, -1 padding.
        earlier: [b, 1, H, W] logits. has_earlier: [b]. side: pixels of the model's square input, by which positions are scaled.
        Returns logits [b, 4, H, W] and predicted IoU [b, 4], 0..1.
        """
        images, _, height, width = embedding.shape
        each = xy.shape[0] // images
        xy = xy + 0.5 * (labels < 2)[..., None]
        # the whole tensor is used where its fine part would do: to cut that out copies 3 MB at every click
        folded, half = embedding[:, self.fine:], F.avg_pool2d(embedding, 2)[:, :self.fine]
        coarse = F.pixel_unshuffle(folded, 4)
        has_earlier = has_earlier[:, None, None, None]
        earlier = F.avg_pool2d(earlier, 2)
        soft = torch.sigmoid(earlier) * has_earlier
        box, has_box = box_of(xy, labels)
        weights, present = self.weights(xy, labels, box, has_box, soft, has_earlier, height // 2, width // 2)
        examples, samples = self.examples(embedding, half, coarse, weights, present, xy, each)
        maps = self.maps(xy, labels, box, has_box, earlier, has_earlier, height // 2, width // 2, side)

        tokens, pe = self.tokens(xy, labels, examples, present, samples, side)
        shape = (height // 4, width // 4)
        image_pe = self.grid_pe(*shape, side, xy)
        # a 1 x 1 convolution of the unfolded features is one of 4 x 4 of the folded ones
        seen = F.conv2d(folded, self.image_in.weight.reshape(self.image_in.out_channels, self.folded, 4, 4), self.image_in.bias, stride=4)
        image = (repeat(seen, each) + self.dense_in(F.avg_pool2d(maps, 2))).flatten(2)
        for block in self.blocks:
            tokens, image = block(tokens, pe, image, image_pe, shape)
        tokens = self.final_norm(tokens + self.final(tokens + pe, image, image_pe))

        logits = self.masks(tokens, image.unflatten(2, shape), embedding, half, maps, examples, present, has_box, each)
        own = tokens[:, 1:1 + MASKS]
        known = statistics(F.avg_pool2d(logits.detach(), 2))
        iou = self.iou(torch.cat([tokens[:, :1].expand_as(own), own, known], 2))[..., 0].sigmoid()
        return logits, iou

    def pe(self, xy: Tensor, side: float) -> Tensor:
        """Fourier features of positions: [..., 2] pixels -> [..., D]."""
        placed = 2 / side * xy - 1
        # not a matrix product: that would be rounded to bfloat16 in training
        turns = (2 * math.pi) * (placed[..., 0:1] * self.frequencies[0] + placed[..., 1:2] * self.frequencies[1])
        return torch.cat([turns.sin(), turns.cos()], -1)

    def grid_pe(self, height: int, width: int, side: float, like: Tensor) -> Tensor:
        """Of the cells at stride 16: [1, D, height * width]."""
        y = (torch.arange(height, device=like.device, dtype=torch.float32) + 0.5) * 16
        x = (torch.arange(width, device=like.device, dtype=torch.float32) + 0.5) * 16
        at = torch.stack([x[None, :].expand(height, width), y[:, None].expand(height, width)], -1)
        return self.pe(at.reshape(1, height * width, 2), side).transpose(1, 2)

    def weights(self, xy: Tensor, labels: Tensor, box: Tensor, has_box: Tensor, soft: Tensor, has_earlier: Tensor, height: int, width: int) -> tuple[Tensor, Tensor]:
        """What each kind of example is pooled with, at stride 8: [b, KINDS, height, width], summing to one; and [b, KINDS] presence."""
        rows, columns = sample_weights(xy[..., 1], height, 8), sample_weights(xy[..., 0], width, 8)
        on, off = (labels == 1).float(), (labels == 0).float()
        size = box[:, 2:] - box[:, :2]
        low, high = box[:, :2] - 0.2 * size - 4, box[:, 2:] + 0.2 * size + 4
        inner = [cover(box[:, a], box[:, a + 2], n, 8) for a, n in ((0, width), (1, height))]
        outer = [cover(low[:, a], high[:, a], n, 8) for a, n in ((0, width), (1, height))]
        inside = inner[1][:, :, None] * inner[0][:, None, :]
        around = outer[1][:, :, None] * outer[0][:, None, :] - inside
        near = has_earlier[:, 0] * (1 - soft[:, 0])
        whole = torch.stack([
            (rows * on[..., None]).transpose(1, 2) @ columns, (rows * off[..., None]).transpose(1, 2) @ columns,
            inside * has_box[:, None, None], around * has_box[:, None, None], soft[:, 0], near,
        ], 1)
        total = whole.sum((2, 3))
        return whole / (total + 1e-3)[:, :, None, None], (total > 1e-3).float()

    def examples(self, embedding: Tensor, half: Tensor, coarse: Tensor, weights: Tensor, present: Tensor, xy: Tensor, each: int) -> tuple[Tensor, Tensor]:
        """Mean features of each kind [b, KINDS, fine + coarse], and at each point [b, n, fine + coarse]."""
        images, parts, samples = embedding.shape[0], [], []
        for features, by in ((half, weights), (coarse, F.avg_pool2d(weights, 2) * 4)):
            flat = features.flatten(2).transpose(1, 2)
            pooled = by.flatten(2).reshape(images, -1, flat.shape[1]) @ flat
            parts.append(pooled.reshape(images * each, KINDS, features.shape[1]))
        for features, stride, channels in ((embedding, 4, self.fine), (coarse, 16, coarse.shape[1])):
            across, down = (2 / (stride * float(features.shape[axis])) * xy[..., part] - 1 for part, axis in ((0, 3), (1, 2)))
            at = torch.stack([across, down], -1).reshape(images, each, xy.shape[1], 2)
            found = F.grid_sample(features.float(), at.float(), mode='bilinear', padding_mode='border', align_corners=False)[:, :channels]
            samples.append(found.permute(0, 2, 3, 1).reshape(images * each, xy.shape[1], channels))
        return torch.cat(parts, 2) * present[..., None], torch.cat(samples, 2)

    def maps(self, xy: Tensor, labels: Tensor, box: Tensor, has_box: Tensor, earlier: Tensor, has_earlier: Tensor, height: int, width: int, side: float) -> Tensor:
        """[b, 2 * len(SIGMAS) + 5, height, width] at stride 8: bumps on, bumps off, earlier logits squashed, has earlier, inside the box, signed, has box."""
        on, off = (labels == 1).float(), (labels == 0).float()
        inside = (cover(box[:, 1], box[:, 3], height, 8)[:, :, None] * cover(box[:, 0], box[:, 2], width, 8)[:, None, :])[:, None]
        has = has_box[:, None, None, None] * torch.ones_like(inside)
        return torch.cat([
            point_maps(xy, on, height, width, 8, side), point_maps(xy, off, height, width, 8, side),
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

    def masks(self, tokens: Tensor, image: Tensor, embedding: Tensor, half: Tensor, maps: Tensor, examples: Tensor, present: Tensor, has_box: Tensor, each: int) -> Tensor:
        """[b, MASKS, H, W] logits."""
        space, taps = self.shared(embedding)
        images, _, height, width = space.shape
        keys = self.example_space(examples[..., :self.fine]) * present[..., None]
        alike = keys.reshape(images, each * KINDS, self.space) @ F.avg_pool2d(space, 2).flatten(2)
        alike = alike.reshape(images * each, KINDS, height // 2, width // 2) * self.space ** -0.5
        x = F.interpolate(matrix(self.up16, image.flatten(2)).unflatten(2, tuple(image.shape[2:])), scale_factor=2, mode='bilinear', align_corners=False)
        x = F.relu(x + repeat(pointwise(self.fine8.weight, self.fine8.bias, half), each) + self.maps8(torch.cat([maps, alike], 1)))
        x = F.relu(x + self.conv8(x))
        vectors = torch.stack([net(tokens[:, 1 + i]) for i, net in enumerate(self.hyper)], 1)
        mid = x.shape[1]
        own = (vectors[..., :mid] @ x.flatten(2) + vectors[..., -1:]).unflatten(2, (height // 2, width // 2))
        signed, has = maps[:, -2:-1], has_box[:, None, None, None]
        own = own + self.box_prior[:, None, None] * signed * has
        shared = vectors[..., mid:-1].reshape(images, each * MASKS, self.space) @ space.flatten(2)
        return twice_along(own, taps, each) + (shared * self.space ** -0.5).reshape(images * each, MASKS, height, width)

    def shared(self, embedding: Tensor) -> tuple[Tensor, Tensor]:
        """What all prompts of an image share at stride 4: features to compare [i, space, H, W], and weights of the 3 x 3 old cells around each new one, summing to
        one: [i, 9, 4, H / 2, W / 2], the four being rows and columns of new cells in an old one."""
        # one product over the whole tensor, the coarse part of it times zero: three times as fast as to cut the fine part out and to make two
        weight = F.pad(torch.cat([self.pixel_space.weight, self.follow.weight]), (0, 0, 0, 0, 0, self.folded))
        both = pointwise(weight, torch.cat([self.pixel_space.bias, self.follow.bias]), embedding)
        taps = F.pixel_unshuffle(both[:, self.space:], 2).unflatten(1, (9, 4))
        # the runtime's softmax would turn the tensor over for an axis that is not the last
        taps = (taps - taps.amax(1, keepdim=True)).exp()
        return both[:, :self.space], taps / taps.sum(1, keepdim=True)


def twice_along(x: Tensor, taps: Tensor, each: int) -> Tensor:
    """Doubles maps along the picture's edges: each new cell is a mean of the 3 x 3 old cells around it, by weights that the features give.

    x: [b, m, h, w]. taps: [i, 9, 4, h, w], see `Decoder.shared`, b = i * each. Returns [b, m, 2h, 2w]. After RAFT's convex upsampling (Teed and Deng, 2020).
    """
    b, m, h, w = x.shape
    padded = F.pad(x, (1, 1, 1, 1), mode='replicate').unsqueeze(2)
    total = None
    for k in range(9):
        part = padded[..., k // 3:k // 3 + h, k % 3:k % 3 + w] * repeat(taps[:, k], each).unsqueeze(1)
        total = part if total is None else total + part
    return F.pixel_shuffle(total.flatten(1, 2), 2)


def matrix(layer: nn.Conv1d, x: Tensor) -> Tensor:
    """A 1 x 1 convolution as a matrix product, for which the runtime keeps the layout: [B, C, p] -> [B, D, p]."""
    y = layer.weight[:, :, 0] @ x
    return y if layer.bias is None else y + layer.bias[:, None]


def pointwise(weight: Tensor, bias: Tensor, x: Tensor) -> Tensor:
    """As `matrix`, of two dimensions: weight [D, C, 1, 1], x [B, C, h, w] -> [B, D, h, w]."""
    return (weight.flatten(1) @ x.flatten(2) + bias[:, None]).unflatten(2, tuple(x.shape[2:]))


def split(x: Tensor, heads: int) -> Tensor:
    """[B, n, D] -> [B, heads, n, D / heads]."""
    return x.unflatten(2, (heads, x.shape[2] // heads)).transpose(1, 2)


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
