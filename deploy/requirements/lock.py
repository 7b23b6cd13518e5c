"""Writes the lock files: every version and every file's hash, for all platforms, without an address."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILES = {"dev": ("sandbox", "local", "test", "check"), "local": ("sandbox", "local"), "base": ()}
_OPTIONS = ("--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate")


def main() -> int:
    uv = sys.argv[1]
    for name, extras in FILES.items():
        # The smaller sets take their versions from the largest: one version of a library everywhere.
        same = [] if name == "dev" else ["--constraints", str(HERE / "dev.txt")]
        chosen = [part for extra in extras for part in ("--extra", extra)]
        output = ["--output-file", str(HERE / f"{name}.txt")]
        command = [
            uv,
            "pip",
            "compile",
            *_OPTIONS,
            *chosen,
            *same,
            *output,
            *sys.argv[2:],
            str(ROOT / "pyproject.toml"),
        ]
        cache = ["--cache-dir", str(ROOT / ".khop" / "cache" / "uv")]
        if code := subprocess.run([*command, *cache], check=False).returncode:
            return code
        print(f"{name}.txt written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
