"""The shop: products with names, prices, seasons and lifetimes, and customers with habits."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

COLOURS = ("RED", "BLUE", "IVORY", "GREEN", "PINK", "BLACK", "VINTAGE", "SILVER", "NATURAL", "SPOTTED")
MATERIALS = ("GLASS", "WOODEN", "ENAMEL", "COTTON", "PAPER", "CERAMIC", "METAL", "WICKER", "FELT", "SLATE")
THINGS = ("MUG", "LANTERN", "BUNTING", "BOWL", "CANDLE", "BASKET", "FRAME", "CUSHION", "CLOCK", "TRAY", "BAG", "HOOK")
COUNTRIES = ("United Kingdom", "Germany", "France", "EIRE", "Spain", "Netherlands")
COUNTRY_SHARES = (0.91, 0.03, 0.03, 0.01, 0.01, 0.01)
FAVOURITES = 40
"""Products that a customer comes back for."""


@dataclass(frozen=True, kw_only=True)
class Shop:
    """What is sold, and to whom. Products and customers are positions."""

    codes: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    prices: npt.NDArray[np.float64]
    appeal: npt.NDArray[np.float64]
    """Long-tailed chance of being picked, adding up to 1."""

    demand: npt.NDArray[np.float64]
    """Products x weeks: from 0 (not on sale) to 1 (in season)."""

    loyalty: npt.NDArray[np.float64]
    """Per product, the chance that somebody who likes it buys it again: napkins do, clocks do not."""

    customers: npt.NDArray[np.int64]
    countries: npt.NDArray[np.str_]
    activity: npt.NDArray[np.float64]
    """Long-tailed share of all orders, adding up to 1."""

    appetite: npt.NDArray[np.float64]
    """Lines per order."""

    favourites: npt.NDArray[np.int64]
    """Customers x FAVOURITES."""


def open_shop(random: np.random.Generator, *, products: int, customers: int, weeks: int, lines: float) -> Shop:
    """Draw a shop.

    Args:
        random: source of chance.
        products: how many are ever sold.
        customers: how many ever order.
        weeks: length of the story.
        lines: mean lines per order.
    """
    rank = random.permutation(products) + 1
    appeal = 1 / (rank + 10.0) ** 0.9
    appeal /= appeal.sum()
    activity = random.lognormal(0, 1.1, customers)
    appetite = random.lognormal(0, 0.6, customers)
    return Shop(
        codes=_codes(random, products),
        names=_names(random, products),
        prices=np.round(random.lognormal(0.7, 0.9, products) + 0.1, 2),
        appeal=appeal,
        demand=_demand(random, products, weeks),
        loyalty=random.beta(0.5, 0.5, products),
        customers=np.sort(random.choice(np.arange(12_000, 12_000 + 2 * customers), customers, replace=False)),
        countries=random.choice(COUNTRIES, customers, p=COUNTRY_SHARES),
        activity=activity / activity.sum(),
        appetite=appetite * lines / appetite.mean(),
        favourites=random.choice(products, (customers, FAVOURITES), p=appeal),
    )


def _codes(random: np.random.Generator, products: int) -> npt.NDArray[np.str_]:
    numbers = np.sort(random.choice(np.arange(20_000, 90_000), products, replace=False))
    variants = random.choice(["", "A", "B", "C"], products, p=[0.8, 0.08, 0.07, 0.05])
    return np.char.add(numbers.astype(np.str_), variants)


def _names(random: np.random.Generator, products: int) -> npt.NDArray[np.str_]:
    parts = [random.choice(words, products) for words in (COLOURS, MATERIALS, THINGS)]
    numbers = np.char.add(" NO ", (np.arange(products) % 97 + 1).astype(np.str_))
    joined = np.char.add(np.char.add(parts[0], " "), np.char.add(parts[1], " "))
    return np.char.add(np.char.add(joined, parts[2]), numbers)


def _demand(random: np.random.Generator, products: int, weeks: int) -> npt.NDArray[np.float64]:
    week = np.arange(weeks)[None, :]
    phase, strength = random.uniform(0, 52, (products, 1)), random.beta(1, 2, (products, 1))
    season = 1 - strength * (0.5 - 0.5 * np.cos(2 * np.pi * (week - phase) / 52))
    launched = np.where(random.random((products, 1)) < 0.3, random.integers(0, weeks, (products, 1)), 0)
    withdrawn = np.where(random.random((products, 1)) < 0.6, random.integers(4, weeks * 4 // 3, (products, 1)), weeks)
    return season * ((week >= launched) & (week < np.maximum(withdrawn, launched + 4)))
