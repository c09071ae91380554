"""How alike two products are: bought by the same customers, or called by the same words.

By purchases it is the asymmetric cosine over time-decayed purchases (Aiolli, RecSys 2013), shrunk so that rare products
do not look alike by chance. By words it is the cosine of their names' TF-IDF weights.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Likenesses = npt.NDArray[np.float32]
"""Products x products: how much the column is recommended by the row."""

_WORD = re.compile(r"[A-Z]{3,}")
_CODE_REACH = 4
"""Stock codes are given out in ranges: the mugs of one design have neighbouring numbers."""


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """How likeness by purchases is measured."""

    neighbours: int
    """Alike products kept per product."""

    shrink: float
    """Pull of rarely bought products towards zero, in median self-similarities."""

    asymmetry: float
    """Share of the normalisation that falls on the recommended product; 0.5 is the cosine."""

    customer_norm: float
    """How much less a customer with a wide range says about two products."""


def by_purchases(weights: sp.csr_matrix, how: Likeness) -> Likenesses:
    """Return likenesses from customers x products; zero beyond the nearest neighbours."""
    breadth = np.sqrt(np.maximum(np.diff(weights.indptr), 1)) ** how.customer_norm
    scaled: Any = sp.csr_matrix(sp.diags(1 / breadth).astype(np.float32) @ weights)
    together = (scaled.T @ scaled).toarray()
    own = np.maximum(np.diag(together).copy(), 1e-9)
    source, target = own ** (1 - how.asymmetry), own**how.asymmetry
    together /= source[:, None] * target[None, :] + np.float32(how.shrink * np.median(own))
    np.fill_diagonal(together, 0)
    if how.neighbours < len(own):
        weakest = np.partition(together, -how.neighbours, axis=0)[-how.neighbours]
        together[together < weakest[None, :]] = 0
    return together


def by_words(names: Sequence[str]) -> Likenesses:
    """Return likenesses from the products' names."""
    words = [sorted(set(_WORD.findall(name.upper()))) for name in names]
    number = {word: at for at, word in enumerate(sorted({word for several in words for word in several}))}
    rows = np.repeat(np.arange(len(names)), [len(several) for several in words])
    columns = np.array([number[word] for several in words for word in several], np.int64)
    has = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(names), len(number)))
    rarity = np.log(len(names) / np.maximum(np.bincount(columns, minlength=len(number)), 1)).astype(np.float32)
    weighted: Any = sp.csr_matrix(has @ sp.diags(rarity))
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    scaled: Any = sp.csr_matrix(sp.diags(1 / np.maximum(length, 1e-9)).astype(np.float32) @ weighted)
    alike = np.asarray((scaled @ scaled.T).toarray(), np.float32)
    np.fill_diagonal(alike, 0)
    return alike


def by_code(products: npt.NDArray[np.str_]) -> Likenesses:
    """Return 1 where two stock codes are neighbours, also where only a letter behind the digits differs."""
    number = np.array([int(code[:5]) for code in products.tolist()], np.int32)
    near = (np.abs(number[:, None] - number[None, :]) <= _CODE_REACH).astype(np.float32)
    np.fill_diagonal(near, 0)
    return near
