"""Which quirks a service's code asks for, read from the code."""

import ast
from collections.abc import Iterator
from pathlib import Path


def questions(package: Path) -> Iterator[str]:
    """Yield the literals of every `…quirks["…"]` below a folder, both branches of a conditional included."""
    for path in package.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if "quirks[" not in text:
            continue  # to read a module's tree takes longer than all the rest
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Subscript) and _is_quirks(node.value):
                literals = [leaf.value for leaf in ast.walk(node.slice) if isinstance(leaf, ast.Constant)]
                assert literals, f"{path.name}:{node.lineno} asks by no literal"
                yield from map(str, literals)


def _is_quirks(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.endswith("quirks")
