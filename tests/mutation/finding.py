"""Where the product says no: each such place is a gate, which can be taken out of the code of its function."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[2]
ROOMS = ("server/*/access.py", "server/*/access/*.py", "server/authority/actor.py")
DEEDS = (
    "server/*/actions/*.py", "server/*/queries/*.py", "server/*/actions.py", "server/identity/doors.py",
    "server/web/faces.py", "server/web/sessions.py", "server/web/ratelimit.py", "admin/pages.py",
)  # fmt: skip
REFUSALS = {"Forbidden", "NotFound", "SignInNeeded"}  # other refusals are about the thing, not about who asks
NAMES = {"id", "uid", "id__in"}  # say which row, not whose
EVERYTHING = ast.parse("return Q(id__gt=0)").body


@dataclass(frozen=True)
class Gate:
    module: str
    function: str  # its qualified name
    number: int  # among the gates of its function
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.what}"


class Remover(ast.NodeTransformer):
    """Counts the gates of one function, and takes out one of them."""

    def __init__(self, *, in_access: bool, remove: int = -1) -> None:
        self.in_access = in_access
        self.remove = remove
        self.found: list[tuple[int, str]] = []

    def of(self, function: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        decides = self.in_access and function.returns is not None and ast.unparse(function.returns) == "Q"
        everything = decides and self._is_out(function, "sees everything")
        self.generic_visit(function)
        if everything:
            function.body = EVERYTHING

    def visit_If(self, node: ast.If) -> ast.AST:
        self.generic_visit(node)
        refuses = isinstance(node.body[-1], ast.Raise) and not node.orelse
        if refuses and self._concerns(node) and self._is_out(node, f"refuses if {_text(node.test)}"):
            return ast.Pass()
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        call = node.value.value if isinstance(node.value, ast.Await) else node.value
        ensures = isinstance(call, ast.Call) and _name(call.func).lstrip("_").startswith("ensure")
        return ast.Pass() if ensures and self._is_out(node, _text(call)) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        if self.in_access and (_name(node.func) == "filter" or _is_conjunction(node)):
            self._loosen(node)
        elif _name(node.func) in {"update", "delete"} and not self.in_access:
            rows = node.func.value if isinstance(node.func, ast.Attribute) else node
            if isinstance(rows, ast.Call) and _name(rows.func) == "filter":
                self._loosen(rows)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        self.generic_visit(node)
        if self.in_access and isinstance(node.op, ast.BitAnd):
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if self._is_out(node, f"and {_text(side)}"):
                    return other
        return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.AST:
        self.generic_visit(node)
        if self.in_access and isinstance(node.op, ast.And):
            for part in tuple(node.values):
                if self._is_out(node, f"and {_text(part)}"):
                    rest = [each for each in node.values if each is not part]
                    return rest[0] if len(rest) == 1 else ast.BoolOp(ast.And(), rest)
        return node

    def _loosen(self, rows: ast.Call) -> None:
        """Ask for one thing less of the rows."""
        for condition in tuple(rows.args):
            if self._is_out(rows, f"where {_text(condition)}"):
                rows.args.remove(condition)
        for named in tuple(rows.keywords):
            if named.arg not in NAMES and self._is_out(rows, f"where {_text(named)}"):
                rows.keywords.remove(named)

    def _concerns(self, node: ast.If) -> bool:
        """Tell whether the refusal is about who asks; `if row is None` only says what a gate before it found."""
        last = node.body[-1]
        assert isinstance(last, ast.Raise)
        refusal = last.exc.func if isinstance(last.exc, ast.Call) else last.exc
        return _name(refusal) in REFUSALS and not _text(node.test).endswith("is None")

    def _is_out(self, node: ast.AST, what: str) -> bool:
        self.found.append((getattr(node, "lineno", 0), what))
        return len(self.found) - 1 == self.remove


def gates() -> list[Gate]:
    """Return every gate of the core and of the edge, in the order of the files."""
    return [gate for path in _paths() for gate in _gates_of(path)]


def code_without(gate: Gate) -> CodeType:
    """Compile the gate's function anew, the gate taken out."""
    tree, function = _parsed(gate)
    Remover(in_access=_is_access(gate.module), remove=gate.number).of(function)
    return _compiled(tree, gate)


def code_with_mark(gate: Gate, mark: str) -> CodeType:
    """Compile the gate's function anew, saying at its beginning that it was reached."""
    tree, function = _parsed(gate)
    function.body[0:0] = ast.parse(f"{mark}({gate.module + ':' + gate.function!r})").body
    return _compiled(tree, gate)


def _paths() -> Iterator[Path]:
    listed = [path for pattern in (*ROOMS, *DEEDS) for path in sorted(ROOT.glob(pattern))]
    yield from dict.fromkeys(path for path in listed if "simulator" not in path.parts)


def _gates_of(path: Path) -> Iterator[Gate]:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for name, function in _functions(ast.parse(path.read_text())):
        remover = Remover(in_access=_is_access(module))
        remover.of(function)
        for number, (line, what) in enumerate(remover.found):
            yield Gate(module, name, number, line, what)


def _is_access(module: str) -> bool:
    return ".access" in module or module == "server.authority.actor"


@cache
def _source(module: str) -> tuple[str, str]:
    path = ROOT.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return path.read_text(), str(path)


def _parsed(gate: Gate) -> tuple[ast.Module, ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(_source(gate.module)[0])
    return tree, next(function for name, function in _functions(tree) if name == gate.function)


def _functions(
    tree: ast.Module | ast.ClassDef, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _compiled(tree: ast.Module, gate: Gate) -> CodeType:
    whole = compile(ast.fix_missing_locations(tree), _source(gate.module)[1], "exec")
    return next(code for code in _codes(whole) if code.co_qualname == gate.function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield inner
            yield from _codes(inner)


def _is_conjunction(node: ast.Call) -> bool:
    parts = [*node.args, *node.keywords]
    return _name(node.func) == "Q" and len(parts) > 1 and all(each.arg for each in node.keywords) and not any(
        each.arg == "join_type" for each in node.keywords
    )  # fmt: skip


def _name(node: ast.AST | None) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:70]
