"""Where files live and how they are written: hashes, atomic writes, the user's folders.

This room knows no model and no data set; it only promises that a file is either the old one or the new one,
never half of each.
"""

from __future__ import annotations

import csv
import errno
import glob
import hashlib
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

import platformdirs

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_SURELY_LEFT = 3600  # seconds after which a temporary file is nobody's, where no lock can tell


def data_dir() -> Path:
    """Return the user's data folder (progress); ``EMBEDLAB_HOME`` overrides it. Not created here."""
    return _own_home() or platformdirs.user_data_path("embedlab", appauthor=False)


def cache_dir() -> Path:
    """Return the user's cache folder; everything in it can be deleted. ``EMBEDLAB_HOME/cache`` overrides it."""
    own = _own_home()
    return own / "cache" if own else platformdirs.user_cache_path("embedlab", appauthor=False)


def _own_home() -> Path | None:
    own = os.environ.get("EMBEDLAB_HOME")
    return Path(own).expanduser() if own else None


_SETTINGS = (
    "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR", "NUMBA_CACHE_DIR",
)  # fmt: skip


def spare_folders(folder: Path) -> bool:
    """Where the user's home cannot be written, let Jupyter, IPython, matplotlib and numba write into ``folder``.

    The variables that name their folders are set for this process and its children, unless they are set already.

    Returns
    -------
    bool
        Whether the home was found to be closed.
    """
    try:
        tempfile.TemporaryFile(dir=Path.home()).close()
    except (OSError, RuntimeError):  # read-only, not there, or no home at all
        for name in _SETTINGS:
            os.environ.setdefault(name, str(folder / name.lower()))
        return True
    return False


def sha256(path: str | os.PathLike[str]) -> str:
    """Return the SHA-256 of a file's bytes as 64 lower-case hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_rows(text: str) -> list[list[str]]:
    r"""Return the rows of a table, its fields parted by what its first line holds most of: comma, semicolon or tab.

    Raises
    ------
    csv.Error
        If it is no such table, for example because a quotation mark is never closed.

    Examples
    --------
    >>> csv_rows("id;text\n1;milk, sugar")
    [['id', 'text'], ['1', 'milk, sugar']]
    """
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


@contextmanager
def atomic_writer(path: str | os.PathLike[str]) -> Iterator[IO[bytes]]:
    """Open a binary file that takes the place of ``path`` only once it is complete.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and one rename puts them in
    place. If anything fails before, even if the process is killed, the old file is untouched; what a killed process
    left is removed by the next writer. Missing parent folders are created, ``~`` is the user's home, and a link
    stays a link: what it points to is written.

    Raises
    ------
    OSError
        If the file cannot be written: no room, no permission, a folder or a device of that name. It names ``path``.
    """
    target = Path(os.path.realpath(os.path.expanduser(path)))
    prefix, temporary = f".{target.name[:60]}.", None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not target.is_file():
            raise OSError(errno.EEXIST, "Something that is no file has this name")
        with _swept(target.parent, prefix):
            handle, temporary = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=target.parent)
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, _usual_mode(target))
            os.replace(temporary, target)
    except BaseException as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(error, OSError) and error.errno and (not error.filename or prefix in str(error.filename)):
            raise OSError(error.errno, error.strerror, os.fspath(path)) from error  # a hidden file says nothing
        raise


@contextmanager
def _swept(folder: Path, prefix: str) -> Iterator[None]:
    """Remove what writers that were killed left in a folder; a lock on the folder tells that none is at work."""
    with ExitStack() as stack:
        is_alone = False
        with suppress(OSError, AttributeError):  # not on every system and every disk
            lock = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, lock)
            with suppress(BlockingIOError):  # another one writes, or sweeps
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                is_alone = True
            if not is_alone:
                fcntl.flock(lock, fcntl.LOCK_SH)
        for left in folder.glob(f"{glob.escape(prefix)}*.tmp"):
            with suppress(OSError):
                if is_alone or time.time() - left.stat().st_mtime > _SURELY_LEFT:
                    left.unlink()
        if is_alone:
            fcntl.flock(lock, fcntl.LOCK_SH)
        yield


def _usual_mode(target: Path) -> int:
    # mkstemp makes files that only the owner can read; keep the old file's mode, or the usual one.
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def atomic_write(path: str | os.PathLike[str], data: bytes | str) -> None:
    """Write ``data`` (text as UTF-8) to ``path`` atomically; see `atomic_writer`."""
    with atomic_writer(path) as file:
        file.write(data.encode("utf-8") if isinstance(data, str) else data)
