"""EmbedLab: the plumbing behind a notebook course on embeddings.

Rooms (``embedlab.vectors``, ``embedlab.search``, …) are loaded when they are first asked for, because each
brings libraries of its own: NumPy alone costs nearly a hundred milliseconds, scikit-learn ten times that.
Importing the package itself therefore loads no other library, and nothing else may happen in this file.
"""

from __future__ import annotations

__version__ = "0.1.0"

_ROOMS = (
    "audit",
    "colab",
    "collecting",
    "datasets",
    "doctor",
    "encoding",
    "evaluation",
    "exercises",
    "judging",
    "models",
    "photos",
    "plots",
    "scenes",
    "search",
    "spaces",
    "vectors",
    "widgets",
)


def __getattr__(name: str) -> object:
    """Load the room called `name` on first use; every other name is an ordinary AttributeError."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'embedlab' has no attribute {name!r}; its rooms are: {', '.join(_ROOMS)}")
    from importlib import import_module

    try:
        return import_module(f"{__name__}.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"{__name__}.{name}":
            raise
        raise AttributeError(f"module 'embedlab' has no room {name!r} in version {__version__}") from error


def __dir__() -> list[str]:
    """List what is loaded and every room that can be."""
    return sorted({*globals(), *_ROOMS})
