"""The courier: moves sealed bundles between a vault's folder and a remote, and cannot open either (docs/exchange.md).

`run` is one round; it may be stopped anywhere and run again any number of times. `install_key` and `install_cards`
are what the vault's side calls when a site is set up and when partners are paired.
"""

from storage.courier.folder import install_cards, install_key
from storage.courier.report import CourierFailure, CourierReport, Waiting
from storage.courier.runner import run

__all__ = ["CourierFailure", "CourierReport", "Waiting", "install_cards", "install_key", "run"]
