"""Prints how long `pennypot demo` takes to start and what it holds in memory at rest (`make bench`).

Memory is PSS (shared pages counted in parts) of the server and all its children, PostgreSQL included.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import psutil

PORT = "18731"
ADDRESS = f"http://127.0.0.1:{PORT}"


def main() -> None:
    """Start the demonstration twice in a new home: the first start makes everything, the second only starts."""
    with tempfile.TemporaryDirectory(prefix="pennypot-bench-") as folder:
        Path(folder).chmod(0o711)
        for which in ("first", "second"):
            server, seconds = start(Path(folder) / "home")
            try:
                for path in ("/", "/birmingham/", "/birmingham/pool/", "/birmingham/fund/"):
                    urllib.request.urlopen(ADDRESS + path).read()
                time.sleep(3)
                print(f"{which} start: {seconds:.1f} s, memory at rest {memory(server.pid):.0f} MB")
            finally:
                server.send_signal(signal.SIGINT)
                server.wait(30)


def start(home: Path) -> tuple[subprocess.Popen[bytes], float]:
    """Start the demonstration and wait until a page answers."""
    began = time.monotonic()
    environment = {**os.environ, "PENNYPOT_HOME": str(home), "PORT": PORT}
    server = subprocess.Popen(
        [sys.executable, "-m", "pennypot", "demo"], env=environment, stdout=subprocess.DEVNULL, start_new_session=True
    )
    while time.monotonic() - began < 150:
        if server.poll() is not None:
            raise SystemExit("pennypot demo stopped by itself; run it by hand to see why.")
        try:
            urllib.request.urlopen(ADDRESS + "/healthz", timeout=1).read()
            return server, time.monotonic() - began
        except OSError:
            time.sleep(0.1)
    server.kill()
    raise SystemExit("pennypot demo did not answer within 150 seconds.")


def memory(pid: int) -> float:
    """Return the PSS of a process, its children and its database server, in megabytes."""
    family = {pid}
    mine = psutil.Process(pid)
    family.update(child.pid for child in mine.children(recursive=True))
    # The database server is a session of its own; it was started after us and names our home.
    home = mine.environ().get("PENNYPOT_HOME", "")
    for process in psutil.process_iter(["name", "cmdline"]):
        if process.info["name"] == "postgres" and (
            home in " ".join(process.info["cmdline"] or []) or process.ppid() in family
        ):
            family.add(process.pid)
    for process in psutil.process_iter(["name"]):
        if process.info["name"] == "postgres" and process.ppid() in family:
            family.add(process.pid)
    total = 0
    for member in family:
        try:
            total += psutil.Process(member).memory_full_info().pss
        except psutil.Error:
            continue
    return total / 1e6


if __name__ == "__main__":
    main()
