"""Regions of a photograph without labels: small pieces along the edges, merged one pair after the other into a tree, most alike first.

Likeness is colour, texture and the contrast along the shared border; small regions go first. How long a region stays whole while the tree
grows tells how much it is a thing of its own.
"""
from __future__ import annotations

from dataclasses import dataclass

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

COLOURS, TEXTURES = 24, 8  # bins of a region's histogram: 8 of each Lab channel, 8 of texture


@dataclass
class Tree:
    """`leaves`: uint16 [h, w], 0 ... n-1. `parents`: int32 [2n-1], -1 at the root. `heights`: float32 [2n-1], when a node was made, 0 for leaves."""

    leaves: NDArray[np.uint16]
    parents: NDArray[np.int32]
    heights: NDArray[np.float32]


def build_tree(rgb: NDArray[np.uint8], scale: float = 60.0, smallest: int = 24, labels: NDArray[np.uint8] | None = None) -> Tree:
    """`rgb`: uint8 [h, w, 3]. `scale`, `smallest`: of the pieces (Felzenszwalb's k, pixels). `labels`: uint8 [h, w], things that people drew;
    no region crosses their borders before it is whole."""
    lab = cv2.cvtColor(cv2.GaussianBlur(rgb, (0, 0), 0.7), cv2.COLOR_RGB2LAB).astype(np.float32)
    leaves = pieces(lab, scale, smallest)
    if labels is not None:
        leaves = np.unique(leaves.astype(np.int64) * 256 + labels, return_inverse=True)[1].reshape(leaves.shape).astype(np.int32)
    features, edge = pixel_features(lab)
    n = int(leaves.max()) + 1
    sizes = np.bincount(leaves.ravel(), minlength=n).astype(np.float64)
    histograms = np.zeros((2 * n - 1, COLOURS + TEXTURES))
    for i, bins in enumerate(features):
        np.add.at(histograms, (leaves.ravel(), bins.ravel()), 1.0)
    means = np.stack([np.bincount(leaves.ravel(), lab[..., c].ravel(), n) for c in range(3)], 1) / sizes[:, None]
    pairs, strengths, lengths = borders(leaves, edge)
    of = np.zeros(2 * n - 1, np.int32)
    if labels is not None:
        of[leaves.ravel()] = labels.ravel()
    parents, heights = merge(n, sizes, histograms, means, pairs, strengths, lengths, of)
    return Tree(leaves.astype(np.uint16), parents, heights.astype(np.float32))


def pixel_features(lab: NDArray[np.float32]) -> tuple[list[NDArray[np.int32]], NDArray[np.float32]]:
    """Histogram bins of every pixel, one map for each Lab channel and one for texture; and the strength of edges, 0..1."""
    blurred = cv2.GaussianBlur(lab, (0, 0), 1.0)
    gx, gy = cv2.Sobel(blurred, cv2.CV_32F, 1, 0, scale=0.25), cv2.Sobel(blurred, cv2.CV_32F, 0, 1, scale=0.25)
    edge = np.sqrt(gx ** 2 + gy ** 2).max(2)
    wide = cv2.GaussianBlur(lab[..., 0], (0, 0), 6.0)
    texture = np.sqrt(np.maximum(cv2.GaussianBlur((lab[..., 0] - wide) ** 2, (0, 0), 5.0), 0))
    bins = [np.clip((lab[..., 0] / 32).astype(np.int32), 0, 7)]
    bins += [8 * c + np.clip(((lab[..., c] - 128) / 10 + 4).astype(np.int32), 0, 7) for c in (1, 2)]
    bins.append(COLOURS + np.clip((np.log2(texture + 1) * 1.5).astype(np.int32), 0, 7))
    return bins, (edge / (edge + 6)).astype(np.float32)


@numba.njit(cache=True)
def find(up, i):
    while up[i] != i:
        up[i] = up[up[i]]
        i = up[i]
    return i


@numba.njit(cache=True)
def join_pieces(order, a, b, weight, count, scale, smallest):
    up, size, inner = np.arange(count), np.ones(count, np.int32), np.zeros(count, np.float32)
    for e in order:
        i, j = find(up, a[e]), find(up, b[e])
        if i != j and weight[e] <= min(inner[i] + scale / size[i], inner[j] + scale / size[j]):
            up[j] = i
            size[i] += size[j]
            inner[i] = weight[e]
    for e in order:
        i, j = find(up, a[e]), find(up, b[e])
        if i != j and (size[i] < smallest or size[j] < smallest):
            up[j] = i
            size[i] += size[j]
    names, label, n = np.full(count, -1, np.int32), np.empty(count, np.int32), 0
    for p in range(count):
        root = find(up, p)
        if names[root] < 0:
            names[root] = n
            n += 1
        label[p] = names[root]
    return label


def pieces(lab: NDArray[np.float32], scale: float, smallest: int) -> NDArray[np.int32]:
    """Felzenszwalb and Huttenlocher's segmentation of the 4-neighbour grid: int32 [h, w], 0 ... n-1."""
    h, w = lab.shape[:2]
    at = np.arange(h * w, dtype=np.int32).reshape(h, w)
    across = np.sqrt(((lab[:, 1:] - lab[:, :-1]) ** 2).sum(2)).ravel()
    down = np.sqrt(((lab[1:] - lab[:-1]) ** 2).sum(2)).ravel()
    a, b = np.concatenate([at[:, 1:].ravel(), at[1:].ravel()]), np.concatenate([at[:, :-1].ravel(), at[:-1].ravel()])
    weight = np.concatenate([across, down]).astype(np.float32)
    return join_pieces(np.argsort(weight, kind='stable'), a, b, weight, h * w, scale, smallest).reshape(h, w)


def borders(leaves: NDArray[np.int32], edge: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Touching pieces [m, 2], the summed edge strength along their border, and its length."""
    sides = []
    for a, b, s in ((leaves[:, 1:], leaves[:, :-1], np.maximum(edge[:, 1:], edge[:, :-1])), (leaves[1:], leaves[:-1], np.maximum(edge[1:], edge[:-1]))):
        differs = a != b
        low, high = np.minimum(a, b)[differs].astype(np.int64), np.maximum(a, b)[differs].astype(np.int64)
        sides.append((low, high, s[differs]))
    low, high, s = (np.concatenate([side[i] for side in sides]) for i in range(3))
    n = int(leaves.max()) + 1
    keys, where = np.unique(low * n + high, return_inverse=True)
    return np.stack([keys // n, keys % n], 1), np.bincount(where, s, len(keys)), np.bincount(where, minlength=len(keys)).astype(np.float64)


@numba.njit(cache=True)
def unlike(i, j, strength, length, sizes, histograms, means, total, of):
    """How unlike two touching regions are; small regions are nearer to all."""
    distance = 0.0
    for c in range(histograms.shape[1]):
        p, q = histograms[i, c] / sizes[i], histograms[j, c] / sizes[j]
        if p + q > 0:
            distance += (p - q) ** 2 / (p + q)
    d0, d1, d2 = means[i, 0] - means[j, 0], means[i, 1] - means[j, 1], means[i, 2] - means[j, 2]
    colour = np.sqrt(0.5 * d0 * d0 + d1 * d1 + d2 * d2)
    colour = colour / (colour + 20)
    small = min(sizes[i], sizes[j]) / total
    drawn = 1.0 if of[i] != of[j] else 0.0
    return (0.30 * distance / 8 + 0.35 * colour + 0.55 * strength / length) * small ** 0.16 + drawn


@numba.njit(cache=True)
def merge(n, leaf_sizes, histograms, leaf_means, pairs, strengths, lengths, of):
    """Greedy merging; each region keeps a list of its neighbours in a table that shrinks as regions go."""
    nodes = 2 * n - 1
    total = leaf_sizes.sum()
    sizes, means = np.zeros(nodes), np.zeros((nodes, 3))
    sizes[:n], means[:n] = leaf_sizes, leaf_means
    parents, heights = np.full(nodes, -1, np.int32), np.zeros(nodes)
    strength, length = np.zeros((n, n), np.float32), np.zeros((n, n), np.float32)
    cost = np.full((n, n), np.inf, np.float32)
    names = np.arange(n)  # the node that stands in each row
    for e in range(len(pairs)):
        i, j = pairs[e, 0], pairs[e, 1]
        strength[i, j] = strength[j, i] = strengths[e]
        length[i, j] = length[j, i] = lengths[e]
        cost[i, j] = cost[j, i] = unlike(i, j, strengths[e], lengths[e], sizes, histograms, means, total, of)
    best, nearest = np.full(n, np.inf, np.float32), np.zeros(n, np.int64)
    for i in range(n):
        nearest[i] = np.argmin(cost[i])
        best[i] = cost[i, nearest[i]]
    reached = 0.0
    for node in range(n, nodes):
        i = np.argmin(best)
        if best[i] == np.inf:
            return parents[:node], heights[:node]
        j = nearest[i]
        reached = max(reached, best[i])
        a, b = names[i], names[j]
        parents[a], parents[b], heights[node] = node, node, reached
        sizes[node] = sizes[a] + sizes[b]
        histograms[node] = histograms[a] + histograms[b]
        means[node] = (means[a] * sizes[a] + means[b] * sizes[b]) / sizes[node]
        of[node] = of[a] if of[a] == of[b] else -node
        names[i] = node
        best[j] = np.inf
        for k in range(n):
            if k == i or k == j or (length[i, k] == 0 and length[j, k] == 0):
                continue
            strength[i, k] = strength[k, i] = strength[i, k] + strength[j, k]
            length[i, k] = length[k, i] = length[i, k] + length[j, k]
            cost[i, k] = cost[k, i] = unlike(node, names[k], strength[i, k], length[i, k], sizes, histograms, means, total, of)
            length[j, k] = length[k, j] = 0
            cost[j, k] = cost[k, j] = np.inf
        length[i, j] = length[j, i] = 0
        cost[i, j] = cost[j, i] = np.inf
        for k in range(n):
            if best[k] < np.inf and (k == i or nearest[k] == i or nearest[k] == j or cost[k, i] < best[k]):
                nearest[k] = np.argmin(cost[k])
                best[k] = cost[k, nearest[k]]
    return parents, heights


def members(tree: Tree) -> NDArray[np.bool_]:
    """Which leaves lie in each node: bool [nodes, leaves]."""
    n = int(tree.leaves.max()) + 1
    inside = np.zeros((len(tree.parents), n), bool)
    inside[np.arange(n), np.arange(n)] = True
    for node, parent in enumerate(tree.parents):
        if parent >= 0:
            inside[parent] |= inside[node]
    return inside


def lifetimes(tree: Tree) -> NDArray[np.float32]:
    """For each node, how far the tree grew before it was merged away; 0 for the root. float32 [nodes]."""
    life = np.zeros(len(tree.parents), np.float32)
    has = tree.parents >= 0
    life[has] = tree.heights[tree.parents[has]] - tree.heights[has]
    return life
