"""Group rules: what a row cannot be beside the others: the odd line of an invoice, a return of what nobody bought."""

from collections.abc import Callable
from datetime import timedelta

import ibis

from recommender.validation.line_rules import is_credit_note, is_product
from recommender.validation.rule import Column, GroupRule, Lines

PRICE_JUMP = 200
"""Times the product's median price, or one part in so many. The dearest real line is 109 times its median."""

KNOWN_LINES = 20
"""Lines of a product from which on its median price and its name are known."""

MOST_COPIES = 50
"""Of one line in one invoice. Some shops write a line for each piece: the real orders have 20."""

GRACE = timedelta(days=90)
"""A return in the first days of a snapshot may be of something bought before it begins."""


def group_rules() -> tuple[GroupRule, ...]:
    """Return the rules of rows beside others."""
    return (
        GroupRule(
            reason="invoice_of_two_customers",
            column="customer_id",
            meaning="has another customer than most lines of its invoice",
            offenders=lambda lines: _minority(lines, lines.customer_id),
        ),
        GroupRule(
            reason="invoice_of_two_countries",
            column="country",
            meaning="has another country than most lines of its invoice",
            offenders=lambda lines: _minority(lines, lines.country.strip().nullif("")),
        ),
        GroupRule(
            reason="invoice_on_two_days",
            column="invoice_date",
            meaning="is more than a day apart from most lines of its invoice",
            offenders=lambda lines: _minority(lines, lines.invoice_date.epoch_seconds() // 86_400, slack=1),
        ),
        GroupRule(
            reason="line_repeated",
            column="stock_code",
            meaning=f"is a copy of a line that its invoice holds more than {MOST_COPIES} times",
            offenders=_floods,
        ),
        GroupRule(
            reason="price_jump",
            column="unit_price",
            meaning=f"has a price more than {PRICE_JUMP} times, or less than 1/{PRICE_JUMP}, of its product's",
            offenders=_price_jumps,
        ),
        GroupRule(
            reason="stock_code_reused",
            column="description",
            meaning="shares no word with what its stock code stands for",
            offenders=_strangers,
        ),
        GroupRule(
            reason="return_of_what_nobody_bought",
            column="stock_code",
            meaning="takes back a product that was never sold",
            offenders=lambda lines: _orphans(lines, _code),
        ),
        GroupRule(
            reason="return_by_who_never_bought",
            column="customer_id",
            meaning="takes goods back from a customer who never bought",
            offenders=lambda lines: _orphans(lines, lambda table: table.customer_id),
        ),
    )


def _minority(lines: Lines, value: Column, slack: int = 0) -> Lines:
    """Return the lines whose value is not the one of most lines of their invoice; of a tie, all.

    Only invoices with two values are looked at closely: there are next to none, and the rest costs two numbers each.
    """
    named = lines.invoice_no.strip().nullif("")
    valued = lines.select("position", invoice_no=named, value=value).drop_null(["invoice_no", "value"])
    span = valued.group_by("invoice_no").agg(low=valued.value.min(), high=valued.value.max())
    odd = span.filter(span.high - span.low > slack) if slack else span.filter(span.high != span.low)
    within = valued.semi_join(odd, "invoice_no")
    counted = within.group_by("invoice_no", "value").agg(times=within.count())
    counted = counted.mutate(most=counted.times.max().over(group_by="invoice_no"))
    leading = counted.filter(counted.times == counted.most)
    leaders = leading.group_by("invoice_no").agg(leaders=leading.count(), leader=leading.value.min())
    judged = within.join(leaders, "invoice_no")
    apart = (judged.value - judged.leader).abs() > slack if slack else judged.value != judged.leader
    return judged.filter((judged.leaders > 1) | apart).select("position")


def _floods(lines: Lines) -> Lines:
    keyed = lines.select("position", key=line_key(lines))
    groups = keyed.group_by("key").agg(copies=keyed.count(), first=keyed.position.min())
    floods = groups.filter(groups.copies > MOST_COPIES)
    joined = keyed.join(floods, "key")
    return joined.filter(joined.position != joined.first).select("position")


def line_key(lines: Lines) -> Column:
    """Return a number that equal lines share: 64 bits, two unequal lines of 10 million agree once in 370,000 times."""
    parts = (lines[name].cast("string").fill_null("\x00") for name in lines.columns if name != "position")
    separator: Column = ibis.literal("\x1f")
    return separator.join(list(parts)).hash()


def _price_jumps(lines: Lines) -> Lines:
    priced = lines.filter((lines.unit_price > 0) & ~lines.unit_price.isnan() & is_product(lines))
    priced = priced.select("position", "unit_price", code=_code(priced))
    usual = priced.group_by("code").agg(median=priced.unit_price.median(), known=priced.count())
    judged = priced.join(usual.filter(usual.known >= KNOWN_LINES), "code")
    times = judged.unit_price / judged.median
    return judged.filter((times > PRICE_JUMP) | (times < 1 / PRICE_JUMP)).select("position")


def _strangers(lines: Lines) -> Lines:
    """Return the sold lines whose description has no word in common with their code's most frequent one.

    Lines without a price are left alone: their descriptions are notes ("damaged", "found in stock").
    """
    sold = lines.filter((lines.unit_price > 0) & (lines.quantity > 0) & lines.description.notnull() & is_product(lines))
    sold = sold.select("position", code=_code(sold), name=sold.description.strip().upper())
    names = sold.group_by("code", "name").agg(times=sold.count())
    usual = names.group_by("code").agg(
        known=names.times.sum(), variants=names.count(), usual=names.name.argmax(names.times)
    )
    doubted = names.join(usual.filter((usual.known >= KNOWN_LINES) & (usual.variants > 1)), "code")
    strangers = doubted.filter(_words(doubted.name).intersect(_words(doubted.usual)).length() == 0)
    return sold.semi_join(strangers, ["code", "name"]).select("position")


def _words(text: Column) -> Column:
    """Return the words of three and more letters; shorter ones (of, in, A4) say nothing."""
    return text.re_split(r"[^\p{L}]+").filter(lambda word: word.length() >= 3)


def _code(lines: Lines) -> Column:
    return lines.stock_code.strip().upper()


def _orphans(lines: Lines, referred: Callable[[Lines], Column]) -> Lines:
    """Return the returned products whose reference no sale has; the first days of the snapshot are not judged."""
    lines = lines.mutate(referred=referred(lines))
    sold = lines.filter((lines.quantity > 0) & ~is_credit_note(lines)).select("referred").distinct()
    # Not the very first date: a single wrong one would end the grace of all.
    begin = lines.invoice_date.epoch_seconds().quantile(0.01).as_scalar()
    back = lines.filter(is_credit_note(lines) & is_product(lines) & (lines.quantity < 0) & lines.referred.notnull())
    late = back.filter(back.invoice_date.epoch_seconds() > begin + GRACE.total_seconds())
    return late.anti_join(sold, "referred").select("position")
