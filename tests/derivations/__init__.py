"""What a notebook derives, and what the package or a library offers, is the same: both are run side by side."""

import ast

from tools import notebooks


def functions_of(number, /, **known):
    """Define the functions of a notebook's cells, with its imports; `known` is what else they use from other cells."""
    path = notebooks.numbered(number)
    cells = [cell for cell in notebooks.code_cells(notebooks.read(path)) if "colab" not in notebooks.tags(cell)]
    cells = [ast.parse(notebooks.source(cell)).body for cell in cells]
    nodes = [node for cell in cells for node in cell]
    imports = [node for node in nodes if isinstance(node, (ast.Import, ast.ImportFrom))]
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef) and not node.decorator_list]
    space = dict(known)
    exec(compile(ast.Module([*imports, *functions], []), path.name, "exec"), space)
    return space
