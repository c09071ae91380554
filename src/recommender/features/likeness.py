"""How alike two products are: bought by the same customers, or called by the same words.

By purchases it is the asymmetric cosine over time-decayed purchases (Aiolli, RecSys 2013), shrunk so that rare products
do not look alike by chance. By words it is the cosine of their names' TF-IDF weights.
"""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Likenesses = sp.csr_matrix
"""Products x products: how much the column is recommended by the row. Sparse: most products have nothing in common."""

BLOCK = 512
"""Products compared with all others at once: bounds memory to THREADS x BLOCK x products."""
THREADS = 2
"""Blocks compared at the same time; each is a sum of its own, so that their number changes no answer."""

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
    """Return likenesses from customers x products; nothing beyond the nearest neighbours."""
    breadth = np.sqrt(np.maximum(np.diff(weights.indptr), 1)) ** how.customer_norm
    scaled: Any = sp.csr_matrix(sp.diags(1 / breadth).astype(np.float32) @ weights)
    own = np.zeros(scaled.shape[1], np.float32)
    np.add.at(own, scaled.indices, scaled.data * scaled.data)
    own = np.maximum(own, np.float32(1e-9))
    source, target = own ** (1 - how.asymmetry), own**how.asymmetry
    floor = np.float32(how.shrink * np.median(own))
    by_product: Any = sp.csr_matrix(scaled.T)
    return _in_blocks(
        len(own),
        lambda at: _nearest(
            (by_product @ scaled[:, at]).toarray() / (source[:, None] * target[None, at] + floor), at, how.neighbours
        ),
    )


def recommended(own: sp.csr_matrix, alike: Likenesses) -> npt.NDArray[np.float32]:
    """Return customers x products: how much what each customer owns recommends each product."""
    together: Any = own @ alike
    return np.asarray(together.toarray(), np.float32)


def _nearest(together: npt.NDArray[np.float32], at: slice, neighbours: int) -> npt.NDArray[np.float32]:
    """Return all products x a block of them, with what is not among a column's nearest set to zero."""
    columns = np.arange(together.shape[1])
    together[columns + at.start, columns] = 0
    if neighbours < len(together):
        weakest = np.partition(together, -neighbours, axis=0)[-neighbours]
        together[together < weakest[None, :]] = 0
    return together


def _in_blocks(products: int, compared: Callable[[slice], npt.NDArray[np.float32]]) -> Likenesses:
    blocks = (slice(start, min(start + BLOCK, products)) for start in range(0, products, BLOCK))
    with ThreadPoolExecutor(THREADS) as threads:  # NumPy and SciPy compute with Python's lock released
        parts = list(threads.map(lambda at: sp.csr_matrix(compared(at)), blocks))
    parts = parts or [sp.csr_matrix((0, 0), dtype=np.float32)]
    return sp.csr_matrix(sp.hstack(parts, format="csr", dtype=np.float32))


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
    by_word: Any = sp.csr_matrix(scaled.T)
    return _in_blocks(len(names), lambda at: _nearest((scaled @ by_word[:, at]).toarray(), at, len(names)))


def by_code(products: npt.NDArray[np.str_]) -> Likenesses:
    """Return 1 where two stock codes are neighbours, also where only a letter behind the digits differs."""
    number = np.array([int(code[:5]) for code in products.tolist()], np.int32)

    def near(at: slice) -> npt.NDArray[np.float32]:
        return (np.abs(number[:, None] - number[None, at]) <= _CODE_REACH).astype(np.float32)

    return _in_blocks(len(number), lambda at: _nearest(near(at), at, len(number)))
