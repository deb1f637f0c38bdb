"""Packages of npm that browsers load from the documentation: `python -m tools.vendor`.

Each is one script and its license, kept compressed in functions/site/assets/, so that neither a
deployment nor a reader needs npm or a CDN. A new version: change it here with its hash, run this.
"""

import base64
import gzip
import hashlib
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tools.templates import REPOSITORY

ASSETS = REPOSITORY / "functions" / "site" / "assets"


@dataclass(frozen=True, slots=True)
class Package:
    """A package of npm; `script` is the file of it that is served as `file`."""

    name: str
    version: str
    integrity: str
    """Hash of the package, as `npm view <name>@<version> dist.integrity` prints it."""
    script: str
    short: str

    @property
    def file(self) -> str:
        """Return the name under which the script is served, which names its version: caches keep
        it for good."""
        return f"{self.short}-{self.version}.js"


SCALAR = Package(
    name="@scalar/api-reference",
    version="1.46.4",
    integrity="sha512-EpCcOG15Ry8DKNs/f5AdRA97s1B5kGPekzANpnK0j1IpyU4Sb/mfdyfB00WC+vUo7hfc4BFRSkkiPa5SSM7fng==",
    script="dist/browser/standalone.js",
    short="scalar",
)


def fetch(package: Package) -> None:
    """Write the script of a package. Raises ValueError if the package is not the one expected."""
    with TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"{package.name}@{package.version}"],  # noqa: S607
            cwd=folder,
            check=True,
        )
        (archive,) = Path(folder).glob("*.tgz")
        algorithm, _, expected = package.integrity.partition("-")
        found = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
        if found != expected:
            raise ValueError(f"{package.name} {package.version} has the hash {algorithm}-{found}")
        with tarfile.open(archive) as files:
            script = files.extractfile(f"package/{package.script}")
            assert script is not None
            packed = gzip.compress(script.read(), mtime=0)
    for old in ASSETS.glob(f"{package.short}-*.js.gz"):
        old.unlink()
    (ASSETS / f"{package.file}.gz").write_bytes(packed)


if __name__ == "__main__":
    fetch(SCALAR)
    sys.exit(0)
