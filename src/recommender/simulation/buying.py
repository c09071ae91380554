"""Buying: who orders when, and what goes into the order: habits first, then what sells."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from recommender.simulation.shop import FAVOURITES, Shop

HABIT = 0.7
"""Share of lines that come from a customer's own favourites."""

TRIES = 3
"""How often somebody looks for something else when a product is out of season."""


@dataclass(frozen=True, kw_only=True)
class Lines:
    """Order lines; customers and products are positions in the shop."""

    invoice: npt.NDArray[np.int64]
    customer: npt.NDArray[np.int64]
    product: npt.NDArray[np.int64]
    time: npt.NDArray[np.datetime64]


def buy(random: np.random.Generator, shop: Shop, *, start: datetime, days: int, orders: int) -> Lines:
    """Draw orders over a span of days, in order of time."""
    customer = random.choice(len(shop.customers), orders, p=shop.activity)
    moment = _moments(random, start, days, orders)
    size = 1 + random.poisson(shop.appetite[customer] * random.gamma(2, 0.5, orders))
    invoice = np.repeat(np.arange(orders), size)
    week = ((moment - np.datetime64(start)) // np.timedelta64(7, "D")).astype(int)
    product = _products(random, shop, customer[invoice], week[invoice])
    found = product >= 0
    once = np.unique(invoice[found] * len(shop.codes) + product[found], return_index=True)[1]
    kept = np.flatnonzero(found)[once]
    return Lines(
        invoice=invoice[kept], customer=customer[invoice[kept]], product=product[kept], time=moment[invoice[kept]]
    )


def _moments(random: np.random.Generator, start: datetime, days: int, orders: int) -> npt.NDArray[np.datetime64]:
    day = np.datetime64(start, "D") + np.arange(days)
    open_days = day[(day.astype("datetime64[D]").view("int64") + 4) % 7 != 6]  # closed on Saturdays
    minutes = np.clip(random.normal(13 * 60, 120, orders), 7 * 60, 20 * 60).astype(int)
    chosen = random.choice(open_days, orders).astype("datetime64[us]") + minutes.astype("timedelta64[m]")
    return np.sort(chosen)


def _products(
    random: np.random.Generator, shop: Shop, customer: npt.NDArray[np.int64], week: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Pick a product per line, or -1 where nothing in season was found."""
    picked = np.full(len(customer), -1)
    for _ in range(TRIES):
        open_lines = np.flatnonzero(picked < 0)
        count = len(open_lines)
        # The first favourites are picked most: the square of a uniform number leans towards zero.
        favourite = shop.favourites[customer[open_lines], (random.random(count) ** 2 * FAVOURITES).astype(int)]
        habitual = random.random(count) < HABIT
        wanted = np.where(habitual, favourite, random.choice(len(shop.codes), count, p=shop.appeal))
        chance = shop.demand[wanted, week[open_lines]] * np.where(habitual, shop.loyalty[wanted], 1)
        taken = random.random(count) < chance
        picked[open_lines[taken]] = wanted[taken]
    return picked
