"""Builds the wheel: the package with libtandem-runtime.so inside, for any Python 3,
and the libraries beside it that run parts on their chips.

The library is build/lib's, or what TANDEM_RUNTIME_LIBRARY names. Nothing is
written beside the sources.
"""
import os
import re
import shutil
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[1]
WORK = ROOT / "build/python_bindings"
LIBRARY = Path(os.environ.get("TANDEM_RUNTIME_LIBRARY") or ROOT / "build/lib/libtandem-runtime.so")
# Where Debian keeps the licences of what is linked into the library.
LINKED = ("nlohmann-json3-dev", "libpcre2-dev", "libutf8proc-dev", "llvm-22-dev")


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        if not LIBRARY.is_file():
            raise SystemExit(f"error: there is no '{LIBRARY}'; run 'ninja -C build tandem-runtime' first, or name the "
                             "library in TANDEM_RUNTIME_LIBRARY")
        package = Path(self.build_lib) / "tandem"
        shutil.copyfile(LIBRARY, package / "libtandem-runtime.so")
        for library in sorted(LIBRARY.resolve().parent.glob("tandem-run-*.so")):
            shutil.copyfile(library, package / library.name)
        licenses = [("tandem", ROOT / "LICENSE"), *((name, Path("/usr/share/doc") / name / "copyright") for name in LINKED)]
        for name, file in licenses:
            if file.exists():
                (package / "licenses").mkdir(exist_ok=True)
                shutil.copyfile(file, package / "licenses" / name)


class PlatformWheel(bdist_wheel):
    """py3-none-PLATFORM: the library is for one machine, and for every Python."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class WithLibrary(Distribution):
    def has_ext_modules(self):  # what makes the wheel one of a platform
        return True


WORK.mkdir(parents=True, exist_ok=True)
setup(
    version=re.search(r"project\(Tandem VERSION ([\d.]+)", (ROOT / "CMakeLists.txt").read_text())[1],
    distclass=WithLibrary,
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    options={"build": {"build_base": str(WORK)}, "egg_info": {"egg_base": str(WORK)}},
)
