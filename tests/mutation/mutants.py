"""Mutants of one module: its syntax tree with a single expression changed.

Not mutated, because no rule reads it: words themselves (what decides about them is), citations, the days on which
numbers were checked, types and decorators, the lists of codes that there are, and the numbers of the database's lists.
"""

import ast
import copy
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 90  # characters of source that a mutant is shown with
NOT_READ = {
    *("cites", "last_checked_on", "_CHECKED_ON", "decorator_list", "annotation", "returns"),
    *("RULESETS", "V3_REASONS", "WORK_LISTS"),
}

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SUMS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
OPPOSITES = {"min": "max", "max": "min"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """What was changed, and the changed module's code. `number` tells equal changes in one function apart."""

    file: str
    line: int
    function: str
    original: str
    mutated: str
    number: int
    code: CodeType

    @property
    def key(self) -> tuple[str, ...]:
        """What a survivor is known by: lines may shift."""
        return self.file, self.function, self.original, self.mutated, str(self.number)


@dataclass(frozen=True, slots=True)
class Spot:
    """An expression, where it hangs, and what stands around it, innermost last."""

    node: ast.expr
    field: str
    index: int | None
    around: tuple[ast.AST, ...]

    def put(self, node: ast.expr) -> None:
        if self.index is None:
            setattr(self.around[-1], self.field, node)
        else:
            getattr(self.around[-1], self.field)[self.index] = node

    @property
    def function(self) -> str:
        scopes = (node.name for node in self.around if isinstance(node, ast.FunctionDef | ast.ClassDef))
        return ".".join(scopes) or "<module>"


def unchanged(module: str) -> CodeType:
    """The module's own code."""
    return compile(_path(module).read_text(), str(_path(module)), "exec")


def mutants(module: str) -> Iterator[Mutant]:
    """Every mutant of the module with this dotted name, in the order of its source."""
    path = _path(module)
    tree = ast.parse(path.read_text())
    seen: Counter[tuple[str, str, str]] = Counter()
    for spot in list(_spots(tree, ())):
        shown = _shown(spot)
        original = ast.unparse(shown)
        for changed in _replacements(spot):
            spot.put(ast.copy_location(changed, spot.node))
            mutated = ast.unparse(changed if shown is spot.node else shown)
            code = compile(ast.fix_missing_locations(tree), str(path), "exec")
            seen[spot.function, original, mutated] += 1
            number = seen[spot.function, original, mutated]
            file, line = str(path.relative_to(ROOT)), spot.node.lineno
            yield Mutant(file, line, spot.function, original, mutated, number, code)
        spot.put(spot.node)


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _shown(spot: Spot) -> ast.AST:
    """The widest piece of one statement around the spot that is short enough to read."""
    shown: ast.AST = spot.node
    for node in reversed(spot.around):
        whole = isinstance(node, ast.expr | ast.keyword | ast.Return | ast.Assign | ast.AnnAssign | ast.AugAssign)
        if not whole or len(ast.unparse(node)) > LONGEST:
            break
        shown = node
    return shown


def _spots(node: ast.AST, around: tuple[ast.AST, ...]) -> Iterator[Spot]:
    around = (*around, node)
    for field, value in ast.iter_fields(node):
        if field in NOT_READ:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.AST) and _is_read(child, node):
                if isinstance(child, ast.expr):
                    yield Spot(child, field, index, around)
                yield from _spots(child, around)


def _is_read(child: ast.AST, parent: ast.AST) -> bool:
    if isinstance(parent, ast.Subscript) and isinstance(child, ast.Tuple):
        return False  # the types inside a type
    if isinstance(child, ast.Assign):
        return ast.unparse(child.targets[0]) not in NOT_READ
    return not (isinstance(child, ast.keyword) and child.arg in NOT_READ)


def _replacements(spot: Spot) -> list[ast.expr]:
    """What may stand instead of the expression: each different from it and from the others."""
    node, parent = spot.node, spot.around[-1]
    changed = [*_by_kind(node)]
    if spot.field in ("test", "ifs"):
        changed += [ast.Constant(True), ast.Constant(False)]
    if isinstance(parent, ast.Return):
        changed.append(ast.Constant(None))
    by_text = {ast.unparse(one): one for one in changed}
    by_text.pop(ast.unparse(node), None)
    return list(by_text.values())


def _by_kind(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.Compare():
            yield from _other_comparisons(node)
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
            yield from (less[0] if len(less) == 1 else _with(node, values=less) for less in _less_one(node.values))
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.BinOp() if type(node.op) in SUMS:
            yield _with(node, op=SUMS[type(node.op)]())
        case ast.Call(func=ast.Name(id="min" | "max" as name)):
            yield _with(node, func=ast.Name(OPPOSITES[name], ast.Load()))
        case ast.Tuple(ctx=ast.Load()) if all(isinstance(one, ast.Name | ast.Attribute) for one in node.elts):
            yield from _other_tuples(node)
        case ast.Constant():
            yield from (ast.Constant(other) for other in _other_constants(node.value))


def _other_comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for index, op in enumerate(node.ops):
        for other in COMPARISONS[type(op)]:
            yield _with(node, ops=[*node.ops[:index], other(), *node.ops[index + 1 :]])


def _other_tuples(node: ast.Tuple) -> Iterator[ast.expr]:
    """One less, and any two neighbours exchanged: tuples of names are the questions of a version in their order."""
    names = node.elts
    yield from (_with(node, elts=less) for less in _less_one(names))
    for index in range(len(names) - 1):
        yield _with(node, elts=[*names[:index], names[index + 1], names[index], *names[index + 2 :]])


def _other_constants(value: object) -> Iterator[bool | int | str]:
    """Yes and no, the numbers beside a number (in its last decimal), and the next letter for each of a band's."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield from (value + 1, value - 1)
    elif isinstance(value, str) and re.fullmatch(r"\d+\.\d+", value):
        step = Decimal(1).scaleb(Decimal(value).as_tuple().exponent)  # type: ignore[arg-type]
        yield from (str(Decimal(value) + step), str(Decimal(value) - step))
    elif isinstance(value, str) and re.fullmatch("[A-G]+", value):
        for index, letter in enumerate(value):
            yield f"{value[:index]}{chr(ord(letter) + 1)}{value[index + 1 :]}"


def _less_one(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(nodes)):
        yield nodes[:index] + nodes[index + 1 :]


def _with(node: ast.expr, **fields: object) -> ast.expr:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
