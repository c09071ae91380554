"""Metric math: arithmetic, comparisons, FILL and IF over values of equal periods; a small part of CloudWatch's.

An operand is a list with one value a period, None where there is no data. As in CloudWatch an operation on a missing
value, and a division by zero, give no value. Only the syntax listed here is accepted; nothing is ever executed.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localcloud.errors import ValidationError

Values = list[float | None]

_ARITHMETIC: dict[type[ast.AST], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARISONS: dict[type[ast.AST], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ROUNDING: dict[str, Callable[[float], float]] = {"ABS": abs, "CEIL": math.ceil, "FLOOR": math.floor}
_AGGREGATES: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "MIN": min,
    "MAX": max,
    "AVG": lambda values: sum(values) / len(values),
}
_SPELLINGS = ((r"&&|\bAND\b", " and "), (r"\|\||\bOR\b", " or "), (r"\^", "**"))


def evaluate(expression: str, operands: Mapping[str, Values], length: int) -> Values:
    """Return the expression's value in each of `length` periods.

    Args:
        expression: such as `100 * errors / calls` or `IF(calls > 0, errors, 0)`.
        operands: the values of each id that the expression may name.
        length: the number of periods.

    Raises:
        ValidationError: the expression names something unknown or uses syntax that is not supported.
    """
    text = expression
    for pattern, spelling in _SPELLINGS:
        text = re.sub(pattern, spelling, text)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        raise ValidationError(f"Error in expression '{expression}': {error.msg}") from error
    return _Evaluation(expression, operands, length).of(tree.body)


class _Evaluation:
    def __init__(self, expression: str, operands: Mapping[str, Values], length: int) -> None:
        self._expression = expression
        self._operands = operands
        self._length = length

    def of(self, node: ast.AST) -> Values:
        match node:
            case ast.Constant(value=int() | float() as number):
                return [float(number)] * self._length
            case ast.Name(id=name) if name in self._operands:
                return list(self._operands[name])
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
                return self._pairwise(_ARITHMETIC[type(op)], left, right)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                return [None if value is None else -value for value in self.of(inner)]
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return self._pairwise(_COMPARISONS[type(op)], left, right)
            case ast.BoolOp(op=op, values=values):
                return self._logical(all if isinstance(op, ast.And) else any, values)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._function(name.upper(), arguments)
            case _:
                raise self._refusal(ast.unparse(node))

    def _pairwise(self, operation: Callable[[float, float], Any], left: ast.AST, right: ast.AST) -> Values:
        return [_applied(operation, a, b) for a, b in zip(self.of(left), self.of(right), strict=True)]

    def _logical(self, combine: Callable[[Any], bool], nodes: Sequence[ast.AST]) -> Values:
        rows = zip(*(self.of(node) for node in nodes), strict=True)
        return [None if None in row else float(combine(row)) for row in rows]

    def _function(self, name: str, arguments: list[ast.expr]) -> Values:
        if name == "IF" and len(arguments) == 3:
            rows = zip(*(self.of(argument) for argument in arguments), strict=True)
            return [None if condition is None else (yes if condition else no) for condition, yes, no in rows]
        if name == "FILL" and len(arguments) == 2:
            return self._filled(self.of(arguments[0]), arguments[1])
        if name in _ROUNDING and len(arguments) == 1:
            return [None if value is None else float(_ROUNDING[name](value)) for value in self.of(arguments[0])]
        if name in _AGGREGATES and len(arguments) == 1:
            return self._aggregated(_AGGREGATES[name], arguments[0])
        raise self._refusal(f"{name} with {len(arguments)} argument(s)")

    def _filled(self, values: Values, filler: ast.expr) -> Values:
        if isinstance(filler, ast.Name) and filler.id == "REPEAT":
            last: float | None = None
            repeated: Values = []
            for value in values:
                last = last if value is None else value
                repeated.append(last)
            return repeated
        return [fill if value is None else value for value, fill in zip(values, self.of(filler), strict=True)]

    def _aggregated(self, aggregate: Callable[[Sequence[float]], float], argument: ast.expr) -> Values:
        """Aggregate an array across its metrics, or one metric over all its periods."""
        match argument:
            case ast.List(elts=elements):
                columns = [self.of(element) for element in elements]
            case ast.Call(func=ast.Name(id="METRICS"), args=[]):
                columns = list(self._operands.values())
            case _:
                known = [value for value in self.of(argument) if value is not None]
                return [float(aggregate(known)) if known else None] * self._length
        rows = ([value for value in row if value is not None] for row in zip(*columns, strict=True))
        return [float(aggregate(row)) if row else None for row in rows]

    def _refusal(self, what: str) -> ValidationError:
        return ValidationError(
            f"Error in expression '{self._expression}': {what} is not supported here. Supported are numbers, ids "
            f"({', '.join(self._operands) or 'none given'}), + - * / ^, comparisons, AND, OR, IF, FILL, "
            f"{', '.join([*_ROUNDING, *_AGGREGATES])}."
        )


def _applied(operation: Callable[[float, float], Any], left: float | None, right: float | None) -> float | None:
    if left is None or right is None:
        return None
    try:
        return float(operation(left, right))
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):
        return None
