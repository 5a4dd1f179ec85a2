"""What a notebook derives, and what the package or a library offers, is the same: both are run side by side."""

import ast

import numpy as np

from tools import notebooks


def functions_of(number, /, **known):
    """Define the functions that a notebook's cells define, with what they use from other cells."""
    path = notebooks.numbered(number)
    space = {"np": np, **known}
    for cell in notebooks.code_cells(notebooks.read(path)):
        for node in ast.parse(notebooks.source(cell)).body:
            if isinstance(node, ast.FunctionDef) and not node.decorator_list:
                exec(compile(ast.Module([node], []), path.name, "exec"), space)
    return space
