"""Calls a learner's function with copies of the arguments, and keeps what it does to itself.

Whatever it sets (NumPy's error handling and print options, filters of warnings, the random generators) is put back,
what it prints is cut, and whatever it raises is told in one line; only an interrupt from the keyboard goes through.
"""

from __future__ import annotations

import contextlib
import copy
import io
import random
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from types import CoroutineType, FunctionType
from typing import NamedTuple, NoReturn, TextIO

from embedlab.exercises.compare import USUAL, Manner, difference
from embedlab.exercises.values import numpy, settle

Function = Callable[..., object]
_PRINTED = 2_000  # characters that one check may print
SECONDS = 20  # that one check may take: the cases are small, so what takes longer has no end


class Trial(NamedTuple):
    """What came of one call."""

    result: object = None  # settled: a generator is walked over once
    given: object = None  # as it was returned; only its type is looked at
    changed: int | None = None  # position of the first argument that the call changed
    error: BaseException | None = None


def attempt(function: Function, arguments: tuple[object, ...]) -> Trial:
    """Call a function with copies of the arguments; what it raises is kept."""
    try:
        mine = copy.deepcopy(list(arguments))
        given = function(*mine)
        if isinstance(given, CoroutineType):
            given.close()  # else Python warns, some time later, that it was never awaited
        result = _settled(given)
        kept = [off(m, a) is None for m, a in zip(mine, arguments, strict=True)]
        return Trial(result, given, None if all(kept) else kept.index(False))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also what asks to leave: a check always ends in an outcome
        return Trial(error=error)


def _settled(given: object) -> object:
    try:
        return settle(given)
    except Exception:
        if isinstance(given, Iterator):  # the learner's code, which runs only now
            raise
        return given  # an object that fails in its own methods


def off(got: object, wanted: object, manner: Manner = USUAL) -> str | None:
    """Say how a value differs; see `compare.difference`. An object that cannot be compared differs."""
    try:
        return difference(got, wanted, manner)
    except KeyboardInterrupt:
        raise
    except BaseException:  # a learner's object may fail in any of its methods, and in any manner
        return f"it is of type {type(got).__name__} and could not be compared"


@contextlib.contextmanager
def undisturbed() -> Iterator[None]:
    """Give what is called inside the usual settings, cut what it prints, and put everything back."""
    np, torch = numpy(), sys.modules.get("torch")
    python, legacy = random.getstate(), np.random.get_state()
    tensors = torch.get_rng_state() if torch else None
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="warn", under="ignore"),
            np.printoptions(),
            contextlib.redirect_stdout(_Cut(sys.stdout)),
            contextlib.redirect_stderr(_Cut(sys.stderr)),
        ):
            warnings.filters[:] = [rule for rule in warnings.filters if rule[0] != "error"]
            yield
    finally:
        random.setstate(python)
        np.random.set_state(legacy)
        if torch:
            torch.set_rng_state(tensors)


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Break off what has no end, where Python can: in the main thread, not on Windows, and if nobody else's clock runs.

    After the time is up it strikes every second again, since a loop without an end may swallow exceptions too.
    """
    if (
        not hasattr(signal, "setitimer")
        or threading.current_thread() is not threading.main_thread()
        or any(signal.getitimer(signal.ITIMER_REAL))
    ):
        yield
        return
    before = signal.signal(signal.SIGALRM, _stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


def _stop(*_: object) -> NoReturn:
    raise TimeoutError(f"no answer within {SECONDS} s; is there a loop that never ends?")


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let no warning through: the learner must not read those about code that is not theirs."""
    with warnings.catch_warnings(), numpy().errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


class _Cut(io.TextIOBase):
    """A stream that passes on the first characters only."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._left = stream, _PRINTED

    def write(self, text: str) -> int:
        if self._left > 0:
            shown, self._left = text[: self._left], self._left - len(text)
            with contextlib.suppress(Exception):  # the stream may be closed, or none
                self._stream.write(shown if self._left > 0 else f"{shown}\n(What follows is cut.)\n")
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(Exception):
            self._stream.flush()


def raised(error: BaseException, function: object) -> str:
    """Tell an exception in one line, with the line of the learner's function if it is known."""
    return f"raised {type(error).__name__}{_said(error)}{_place(error, function)}"


def _said(error: BaseException) -> str:
    try:
        said = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(str(error)[:10_000].split()))
    except KeyboardInterrupt:
        raise
    except BaseException:  # an exception class of the learner's own may fail here
        return ""
    said = said if len(said) <= 120 else said[:119] + "…"
    return f": {said}" if said else ""


def _place(error: BaseException, function: object) -> str:
    code = function.__code__ if isinstance(function, FunctionType) else None
    trace, place = error.__traceback__, ""
    while trace is not None:
        if trace.tb_frame.f_code is code:
            place = f" (line {trace.tb_lineno - code.co_firstlineno + 1} of the function)"
        trace = trace.tb_next
    return place
