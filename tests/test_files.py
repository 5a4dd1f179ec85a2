import importlib
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import platformdirs
import pytest

from embedlab import _files


def test_sha256_of_known_text(tmp_path):
    # FIPS 180-2, appendix B.1: the digest of "abc"
    (tmp_path / "abc").write_bytes(b"abc")
    assert _files.sha256(tmp_path / "abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_atomic_write_replaces_and_makes_parents(tmp_path):
    path = tmp_path / "new folder" / "file.txt"
    _files.atomic_write(path, "früh")
    _files.atomic_write(path, b"late")
    assert path.read_bytes() == b"late"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_failed_write_leaves_the_old_file_and_no_scraps(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(RuntimeError, match="half way"), _files.atomic_writer(path) as file:
        file.write(b"new, but")
        raise RuntimeError("half way")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_killed_write_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    code = f"""
        import time
        from embedlab import _files
        with _files.atomic_writer({str(path)!r}) as file:
            file.write(b"new" * 1000)
            file.flush()
            print("writing", flush=True)
            time.sleep(60)
    """
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"writing\n"
    child.kill()
    child.wait()
    assert path.read_text() == "old"


def test_what_a_killed_write_left_goes_with_the_next(tmp_path):
    path, other = tmp_path / "file[1]", tmp_path / ".file[1]notes.tmp"
    other.write_text("somebody's own")
    (tmp_path / ".file[1].abc123.tmp").write_text("half")
    _files.atomic_write(path, "new")
    assert sorted(tmp_path.iterdir()) == sorted([path, other])


def test_a_writer_at_work_is_not_swept_away(tmp_path, monkeypatch):
    path, old = tmp_path / "file", tmp_path / ".file.older.tmp"
    old.write_text("left long ago")
    os.utime(old, (0, 0))
    with _files.atomic_writer(path) as slow:
        slow.write(b"slow")
        _files.atomic_write(path, "quick")
    assert path.read_text() == "slow"
    old.write_text("left long ago")
    os.utime(old, (0, 0))
    monkeypatch.setattr(_files, "fcntl", None)  # as on Windows
    fresh = tmp_path / ".file.fresh.tmp"
    fresh.write_text("perhaps still written to")
    _files.atomic_write(path, "new")
    assert sorted(tmp_path.iterdir()) == sorted([path, fresh])


@pytest.mark.skipif(os.name == "nt", reason="links need a permission there")
def test_a_link_is_followed_and_a_tilde_is_the_home(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "link").symlink_to("home/real")
    _files.atomic_write(tmp_path / "link", "one")  # it points to nothing yet
    _files.atomic_write("~/more/tilde", "two")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "home" / "real").read_text() == "one"
    assert (tmp_path / "home" / "more" / "tilde").read_text() == "two"
    assert not Path("~").exists()


def test_a_folder_or_a_device_is_not_replaced(tmp_path):
    for path in [tmp_path, Path(os.devnull)]:
        with pytest.raises(OSError, match=f"Something that is no file has this name: .*{path.name}"):
            _files.atomic_write(path, "x")
    assert not list(tmp_path.iterdir())
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name == "nt", reason="limits and permissions are those of Unix")
@pytest.mark.parametrize(
    ("limit", "mode", "message"),
    [(1000, 0o777, "File too large"), (10**9, 0o555, "Permission denied")],
    ids=["no room", "read-only folder"],
)
def test_no_room_and_no_permission_are_told_and_lose_nothing(limit, mode, message):
    code = """
        import os, resource, sys
        from embedlab import _files
        if os.geteuid() == 0:  # root may do everything
            os.setuid(65534)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
        _files.atomic_write(sys.argv[1], "x" * 5000)
    """
    with tempfile.TemporaryDirectory() as made:  # others cannot enter pytest's own folder
        folder, path = Path(made), Path(made, "index")
        path.write_text("old")
        folder.chmod(mode)
        command = [sys.executable, "-c", textwrap.dedent(code), str(path), str(limit)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.stderr.rstrip().endswith(f"{message}: {str(path)!r}")
        assert [(each.name, each.read_text()) for each in folder.iterdir()] == [("index", "old")]
        folder.chmod(0o777)


def test_written_file_has_the_usual_mode(tmp_path):
    if os.name == "nt":
        pytest.skip("Windows has no modes")
    plain, ours, strict = tmp_path / "plain", tmp_path / "ours", tmp_path / "strict"
    plain.write_text("")
    _files.atomic_write(ours, "")
    assert ours.stat().st_mode == plain.stat().st_mode
    strict.write_text("")
    strict.chmod(0o600)
    _files.atomic_write(strict, "x")
    assert strict.stat().st_mode & 0o777 == 0o600


def test_home_variable_moves_both_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDLAB_HOME", str(tmp_path))
    assert _files.data_dir() == tmp_path
    assert _files.cache_dir() == tmp_path / "cache"


@pytest.mark.parametrize(
    ("system", "data", "cache"),
    [
        ("unix.Unix", "/users/ada/.local/share/embedlab", "/users/ada/.cache/embedlab"),
        ("macos.MacOS", "/users/ada/Library/Application Support/embedlab", "/users/ada/Library/Caches/embedlab"),
        ("windows.Windows", "/local/embedlab", "/local/embedlab/Cache"),  # the "cache" of before: Windows sees no case
    ],
)
def test_the_users_folders_on_each_system(monkeypatch, system, data, cache):
    for name in ("EMBEDLAB_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/users/ada")
    room, name = system.split(".")
    module = importlib.import_module(f"platformdirs.{room}")
    if room == "windows":
        monkeypatch.setattr(module, "get_win_folder", lambda folder: {"CSIDL_LOCAL_APPDATA": "/local"}[folder])
    monkeypatch.setattr(platformdirs, "PlatformDirs", getattr(module, name))
    assert (_files.data_dir().as_posix(), _files.cache_dir().as_posix()) == (data, cache)


def test_two_writers_never_mix(tmp_path):
    path = tmp_path / "file"
    code = (
        "import sys; from embedlab import _files\n"
        "for _ in range(60): _files.atomic_write(sys.argv[1], sys.argv[2] * 50_000)"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(path), letter]) for letter in "ab"]
    while any(child.poll() is None for child in children):
        if path.exists():
            assert path.read_text() in {"a" * 50_000, "b" * 50_000}
        time.sleep(0.005)
    assert [child.returncode for child in children] == [0, 0]


def test_a_home_that_cannot_be_written_is_replaced_for_settings_only(tmp_path, monkeypatch):
    for name in (*_files._SETTINGS, "HOME", "USERPROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert _files.spare_folders(tmp_path / "spare") is False
    assert not set(_files._SETTINGS) & set(os.environ)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nowhere")
    monkeypatch.setenv("IPYTHONDIR", "chosen")
    monkeypatch.setenv("MPLCONFIGDIR", "")  # so that what is set here is gone after the test
    for name in set(_files._SETTINGS) - {"IPYTHONDIR"}:
        monkeypatch.setenv(name, "x")
        monkeypatch.delenv(name)
    assert _files.spare_folders(tmp_path / "spare") is True
    assert os.environ["IPYTHONDIR"] == "chosen"
    assert os.environ["JUPYTER_RUNTIME_DIR"] == str(tmp_path / "spare" / "jupyter_runtime_dir")
