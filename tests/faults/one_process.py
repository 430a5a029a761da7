"""Workers and timetable in one process, on the in-process broker: what the embedded default runs, without the web.

Run as `python -m tests.faults.one_process`; settings come from the environment. Stops gracefully on SIGTERM.
"""

from __future__ import annotations

import signal
import threading

import dramatiq

import worker
from outreach import settings
from outreach.house import open_house


def main() -> None:
    """Work until told to stop."""
    house = open_house(settings.load())
    worker.equip(house)
    workers = dramatiq.Worker(house.broker, worker_threads=8)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    workers.start()
    stop.wait()
    workers.stop()


if __name__ == "__main__":
    main()
