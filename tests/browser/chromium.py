"""Where Chromium is, or how it gets there: `make browser` installs Debian's where that is possible.

Run as a module it tries, says what it did in one line, and never fails: tests that need a browser skip with the reason.
"""

import os
import shutil
import subprocess

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-dejavu-core", "fonts-wqy-microhei")
"""The browser, and fonts with Latin and Chinese letters."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def chromium() -> str:
    """Give the path of Chromium; empty where there is none."""
    return next(filter(None, map(shutil.which, NAMES)), "")


def install() -> str:
    """Install Chromium where it is missing and can be installed; say what was done."""
    if chromium():
        return f"browser tests use {chromium()}"
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        return "no Chromium here, and installing it needs apt-get and root: browser tests will be skipped"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *PACKAGES]):
        done = subprocess.run(["apt-get", *command], env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            return f"Chromium could not be installed: browser tests will be skipped\n{done.stderr.strip()[-300:]}"
    return f"Chromium was installed: {chromium()}"


if __name__ == "__main__":
    print(install())
