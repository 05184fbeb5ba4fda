"""The courier: moves sealed bundles between a vault's folder and a remote, and cannot open either (docs/exchange.md).

`run` is one round; it may be stopped anywhere and run again any number of times. `watched_run` is one that leaves word of
itself in `courier/state.json`. `install_key` is what the vault's side calls when a site is set up; `storage.boxes` lays the cards down when partners are paired.
"""

from storage.courier.folder import install_key
from storage.courier.report import CourierFailure, CourierReport, CourierStopped, Notes, Waiting
from storage.courier.runner import run
from storage.courier.watch import watched_run

__all__ = [
    "CourierFailure",
    "CourierReport",
    "CourierStopped",
    "Notes",
    "Waiting",
    "install_key",
    "run",
    "watched_run",
]
