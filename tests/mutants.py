"""Slightly wrong versions of a function, made from its syntax tree: an exercise's cases must refuse them.

Each operator is one function from a node to the nodes that could stand in its place by a typical slip: a comparison
made strict or turned round, a neighbouring number, `min` for `max`, another axis, a step left out, a guard removed, the
last turn of a loop lost, an argument held at its value of the first case, the result rounded. Every mutant differs from
the function in one place. They are the operators of the mutation tools for Python, with those added that matter for a
few lines of NumPy; those tools rewrite files of a project, and an exercise is one function.
"""

from __future__ import annotations

import ast
import collections
import copy
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np


class Mutant(NamedTuple):
    """A wrong version: what was changed (``"line 3: a < b -> a <= b"``, line 1 is ``def``) and the function."""

    change: str
    function: Callable[..., object]


COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
ARITHMETIC = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.FloorDiv, ast.Mult),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
NAMES = {
    "max": ("min", "sum"),
    "min": ("max",),
    "sum": ("max", "mean"),
    "mean": ("sum", "median"),
    "median": ("mean",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "any": ("all",),
    "all": ("any",),
    "floor": ("ceil", "round"),
    "ceil": ("floor",),
    "union": ("intersection",),
    "intersection": ("union",),
}
# Calls whose result has the form of their first argument: each may be forgotten.
FORGOTTEN = {
    *("abs", "sqrt", "log", "log2", "log1p", "exp", "square", "clip", "maximum", "minimum", "where", "round", "rint"),
    *("normalize", "center", "sorted", "set", "unique", "reversed", "sort", "cumsum", "flatnonzero", "tril", "triu"),
    *("floor", "ceil", "lower", "strip", "copy"),
}
CHECKS = {"strict"}  # keywords that only guard: leaving them out changes no result


def mutants(function: Callable[..., object], cases: Sequence[tuple[object, ...]] = ()) -> list[Mutant]:
    """Return every mutant of a function; for each argument of the `cases` one holds it at its first."""
    definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(definition, ast.FunctionDef)
    definition.decorator_list, definition.returns = [], None
    if ast.get_docstring(definition) is not None and len(definition.body) > 1:
        definition.body = definition.body[1:]
    found, seen, told = [], {ast.dump(definition)}, collections.Counter()
    for change, tree in _changed(definition):
        if ast.dump(tree) not in seen:
            seen.add(ast.dump(tree))
            told[change] += 1  # the same change may be made twice in a line
            name = change if told[change] == 1 else f"{change} ({told[change]})"
            found.append(Mutant(name, _compiled(tree, function)))
    return [*found, *_held(definition, function, cases), *_results(function, cases)]


def _changed(definition: ast.FunctionDef) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Yield the definition with one node replaced, for every node and every operator."""
    nodes = list(ast.walk(definition))
    checks = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg in CHECKS]
    guards = {number for number, node in enumerate(nodes) if any(node is check for check in checks)}
    for number, node in enumerate(nodes):
        if node is definition or isinstance(node, ast.arguments) or number in guards:
            continue
        for new in map(ast.fix_missing_locations, _instead(node)):
            tree = copy.deepcopy(definition)
            place = list(ast.walk(tree))[number]
            _Replace(place, new).visit(tree)
            _fill(tree)
            ast.fix_missing_locations(tree)
            shown = " ".join(ast.unparse(new).split()) if not isinstance(new, ast.Pass) else "left out"
            line = _line_of(node, definition)
            yield f"line {line}: {' '.join(ast.unparse(node).split())} -> {shown}", tree


def _line_of(node: ast.AST, definition: ast.FunctionDef) -> int:
    """Count from the line of ``def``; a comprehension stands where its first name does."""
    inside = node if hasattr(node, "lineno") else next(child for child in ast.walk(node) if hasattr(child, "lineno"))
    return inside.lineno - definition.lineno + 1


class _Replace(ast.NodeTransformer):
    def __init__(self, place: ast.AST, new: ast.AST) -> None:
        self.place, self.new = place, new

    def visit(self, node: ast.AST) -> ast.AST:
        return copy.deepcopy(self.new) if node is self.place else super().generic_visit(node)


def _fill(tree: ast.AST) -> None:
    for node in ast.walk(tree):
        if getattr(node, "body", None) == []:
            node.body = [ast.Pass()]


def _instead(node: ast.AST) -> Iterator[ast.AST]:
    for kind, operator in OPERATORS:
        if isinstance(node, kind):
            yield from operator(node)


def _with(node: ast.AST, **fields: object) -> ast.AST:
    new = copy.copy(node)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def _comparison(node: ast.Compare) -> Iterator[ast.AST]:
    for i, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield _with(node, ops=[*node.ops[:i], other(), *node.ops[i + 1 :]])


def _arithmetic(node: ast.BinOp | ast.AugAssign) -> Iterator[ast.AST]:
    for other in ARITHMETIC.get(type(node.op), ()):
        yield _with(node, op=other())
    if isinstance(node, ast.BinOp):
        yield node.left
        if not isinstance(node.op, (ast.Sub, ast.Div)):
            yield node.right
    else:
        yield ast.Assign(targets=[node.target], value=node.value)


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(node.value + 1)
        yield ast.Constant(node.value - 1)


def _call(node: ast.Call) -> Iterator[ast.AST]:
    method = isinstance(node.func, ast.Attribute)
    name = node.func.attr if method else getattr(node.func, "id", "")
    for other in NAMES.get(name, ()):
        if method:
            yield _with(node, func=_with(node.func, attr=other))
        elif other not in ("mean", "median"):  # no built-ins
            yield _with(node, func=ast.Name(other, ast.Load()))
    if name in FORGOTTEN:
        of_module = (
            method and isinstance(node.func.value, ast.Name) and node.func.value.id in ("np", "torch", "math", "F")
        )
        if node.args and (of_module or not method):
            yield node.args[0]
        elif method and not of_module:
            yield node.func.value
    for i, keyword in enumerate(node.keywords):
        if keyword.arg in CHECKS:
            continue
        yield _with(node, keywords=[*node.keywords[:i], *node.keywords[i + 1 :]])
        if keyword.arg in ("axis", "dim"):
            for other in (0, 1, None) if getattr(keyword.value, "value", None) != -1 else (0, None):
                yield _with(node, keywords=[
                    *node.keywords[:i], ast.keyword(keyword.arg, ast.Constant(other)), *node.keywords[i + 1 :]
                ])  # fmt: skip


def _unary(node: ast.UnaryOp) -> Iterator[ast.AST]:
    yield node.operand


def _boolean(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
    yield from node.values


def _choice(node: ast.IfExp) -> Iterator[ast.AST]:
    yield node.body
    yield node.orelse


def _guard(node: ast.If) -> Iterator[ast.AST]:
    yield _with(node, test=ast.Constant(True))
    yield _with(node, test=ast.Constant(False))


def _loop(node: ast.For) -> Iterator[ast.AST]:
    yield _with(node, iter=_part(node.iter, None, -1))
    yield _with(node, iter=_part(node.iter, 1, None))
    yield _with(node, body=[*node.body, ast.Break()])


def _comprehension(node: ast.comprehension) -> Iterator[ast.AST]:
    yield _with(node, iter=_part(node.iter, None, -1))
    yield _with(node, iter=_part(node.iter, 1, None))
    for i in range(len(node.ifs)):
        yield _with(node, ifs=[*node.ifs[:i], *node.ifs[i + 1 :]])


def _part(items: ast.expr, lower: int | None, upper: int | None) -> ast.expr:
    of = ast.Call(func=ast.Name("list", ast.Load()), args=[items], keywords=[])
    ends = [None if end is None else ast.Constant(end) for end in (lower, upper)]
    return ast.Subscript(value=of, slice=ast.Slice(*ends), ctx=ast.Load())


def _slice(node: ast.Slice) -> Iterator[ast.AST]:
    for name in ("lower", "upper", "step"):
        if getattr(node, name) is not None:
            yield _with(node, **{name: None})


def _statement(node: ast.stmt) -> Iterator[ast.AST]:
    yield ast.Pass()


OPERATORS: tuple[tuple[tuple[type, ...], Callable[..., Iterator[ast.AST]]], ...] = (
    ((ast.Compare,), _comparison),
    ((ast.BinOp, ast.AugAssign), _arithmetic),
    ((ast.Constant,), _constant),
    ((ast.Call,), _call),
    ((ast.UnaryOp,), _unary),
    ((ast.BoolOp,), _boolean),
    ((ast.IfExp,), _choice),
    ((ast.If,), _guard),
    ((ast.For,), _loop),
    ((ast.comprehension,), _comprehension),
    ((ast.Slice,), _slice),
    ((ast.AugAssign, ast.Assign, ast.Expr, ast.Continue, ast.Break), _statement),
)


def _compiled(tree: ast.FunctionDef, function: Callable[..., object]) -> Callable[..., object]:
    space = dict(function.__globals__)
    exec(compile(ast.Module([tree], []), f"<mutant of {tree.name}>", "exec"), space)
    return space[tree.name]


def _held(
    definition: ast.FunctionDef, function: Callable[..., object], cases: Sequence[tuple[object, ...]]
) -> Iterator[Mutant]:
    """Yield the function with each argument in turn held at its value of the first case."""
    first = cases[0] if cases else ()
    for i, argument in enumerate(definition.args.args[: len(first)]):

        def held(*args: object, _i: int = i) -> object:
            return function(*args[:_i], copy.deepcopy(first[_i]), *args[_i + 1 :])

        yield Mutant(f"the argument {argument.arg} ignored: always that of the first case", held)


def _results(function: Callable[..., object], cases: Sequence[tuple[object, ...]]) -> Iterator[Mutant]:
    """Yield the function with its result rounded or cut to whole numbers, if it has decimals at all."""
    if not any(_has_floats(function(*copy.deepcopy(case))) for case in cases):
        return
    ways = {"rounded to one decimal": lambda x: np.round(x, 1), "cut to whole numbers": np.trunc}
    for name, change in ways.items():

        def changed(*args: object, _change: Callable[[object], object] = change) -> object:
            return _numbers(function(*args), _change)

        yield Mutant(f"the result {name}", changed)


def _has_floats(result: object) -> bool:
    found = []
    _numbers(result, found.append)
    return bool(found)


def _numbers(result: object, change: Callable[[object], object]) -> object:
    if isinstance(result, (list, tuple)):
        return type(result)(_numbers(item, change) for item in result)
    if isinstance(result, dict):
        return {key: _numbers(value, change) for key, value in result.items()}
    is_float = isinstance(result, float) or getattr(getattr(result, "dtype", None), "kind", "") == "f"
    return change(result) if is_float else result
