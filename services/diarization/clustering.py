"""How many voices there are, and how each sounds: agglomerative clustering of embeddings. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .mel import Floats

MOST = 4_000
"""Embeddings that are clustered: the distances between them take 64 MB, and twice that while they are worked on. Of
more, as many are taken, evenly over the film."""

Labels = NDArray[np.int_]
Tree = NDArray[np.float64]
"""Rows of two groups that become one, their distance, and how many embeddings they hold: shape (embeddings - 1, 4)."""


@dataclass(frozen=True)
class Rules:
    """What makes one voice. Distances are cosine distances, 0 to 2."""

    threshold: float
    """Two groups of embeddings whose mean distance is less are one."""
    link: float
    """Two groups whose mean directions are nearer than this are one voice after all."""
    fewest: int
    """Voices, at least."""
    most: int
    """Voices, at most."""
    share: float
    """Of the embeddings, 0 to 1: a smaller group is no voice, it is what lies between two of them, or noise."""


@dataclass(frozen=True)
class Voices:
    """How some voices sound."""

    directions: Floats
    """Unit vectors, shape (voices, size)."""
    sizes: Labels
    """Embeddings that each is the mean of, shape (voices,)."""

    def similarities(self, embeddings: Floats) -> Floats:
        """Cosine of each embedding with each voice, shape (embeddings, voices)."""
        return np.asarray(embeddings @ self.directions.T, np.float32)

    def only(self, chosen: NDArray[np.bool_]) -> Voices:
        """The chosen ones."""
        return Voices(self.directions[chosen], self.sizes[chosen])

    def at_most(self, most: int) -> Voices:
        """The voices, the two nearest made one until there are no more than `most`."""
        return _linked(self, nearer_than=np.inf, fewest=most)


def voices(embeddings: Floats, rules: Rules) -> Voices:
    """The voices in unit vectors of shape (embeddings, size); they may be more than `most`.

    Average linkage of the embeddings, then of the groups' directions: alone the first would split a voice that is heard
    in two moods. Fewer voices than `fewest` only where there are fewer embeddings.
    """
    some = embeddings[np.linspace(0, len(embeddings) - 1, min(MOST, len(embeddings)), dtype=int)]
    return _linked(_means(some, _groups(some, rules), rules.share), rules.link, rules.fewest)


def _groups(embeddings: Floats, rules: Rules) -> Labels:
    """For each embedding the number of its group; groups that are too small are among them."""
    if len(embeddings) < 2:
        return np.ones(len(embeddings), int)
    tree = _tree(embeddings)
    labels = _labels(tree, rules.threshold, "distance")
    if len(_large(labels, rules.share)) >= rules.fewest:
        return labels
    return _cut(tree, rules.fewest, rules.share)


# scipy is loaded where it computes: whoever only reads the declaration of the stage has none.


def _tree(embeddings: Floats) -> Tree:
    """Which groups become one at which cosine distance, by average linkage."""
    import scipy.cluster.hierarchy  # noqa: PLC0415
    import scipy.spatial.distance  # noqa: PLC0415

    tree: Tree = scipy.cluster.hierarchy.linkage(scipy.spatial.distance.pdist(embeddings, "cosine"), "average")
    return tree


def _labels(tree: Tree, at: float, criterion: Literal["distance", "maxclust"]) -> Labels:
    """For each embedding the number of its group, where the tree is cut."""
    import scipy.cluster.hierarchy  # noqa: PLC0415

    labels: Labels = scipy.cluster.hierarchy.fcluster(tree, at, criterion)
    return labels


def _cut(tree: Tree, wanted: int, share: float) -> Labels:
    """The highest cut of the tree that leaves `wanted` large groups; as many groups, large or not, if none does.

    Each lower cut splits one group in two: it can add one large group at most, so none is passed over.
    """
    for count in range(wanted, len(tree) + 2):
        labels = _labels(tree, count, "maxclust")
        if len(_large(labels, share)) == wanted:
            return labels
    return _labels(tree, wanted, "maxclust")


def _large(labels: Labels, share: float) -> Labels:
    """Numbers of the groups that are large enough; all of them if none is."""
    numbers, counts = np.unique(labels, return_counts=True)
    large = counts >= share * len(labels)
    return numbers[large] if large.any() else numbers


def _means(embeddings: Floats, labels: Labels, share: float) -> Voices:
    """One voice per large group."""
    groups = [embeddings[labels == number] for number in _large(labels, share)]
    return Voices(np.stack([_unit(group.sum(axis=0)) for group in groups]), np.array([len(group) for group in groups]))


def _linked(voices: Voices, nearer_than: float, fewest: int) -> Voices:
    """The voices, the two nearest made one as long as they are near enough and more than `fewest`."""
    directions, sizes = voices.directions.copy(), voices.sizes.copy()
    while len(directions) > fewest:
        distances = 1 - directions @ directions.T + 2 * np.eye(len(directions), dtype=np.float32)
        one, other = divmod(int(distances.argmin()), len(directions))
        if distances[one, other] >= nearer_than:
            break
        directions[one] = _unit(directions[one] * sizes[one] + directions[other] * sizes[other])
        sizes[one] += sizes[other]
        directions, sizes = np.delete(directions, other, axis=0), np.delete(sizes, other)
    return Voices(directions, sizes)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), np.float32)
