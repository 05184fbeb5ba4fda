"""An sshd of one's own on the loopback, set up by the very file that is shipped: `ops/sshd/ikiiki.conf`.

What is replaced in it is where things lie and who logs in (the person running this), and nothing else.
"""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "ops" / "sshd" / "ikiiki.conf"
INSTALLER = Path(__file__).resolve().parent / "release" / "install.sh"
SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")
PATIENCE = 60
"""Seconds for what must happen by itself."""

AROUND = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
UsePAM no
StrictModes no
LogLevel DEBUG1
Subsystem sftp internal-sftp
PermitRootLogin prohibit-password
# As generous as a machine can be: what is closed all the same is closed by the file that is shipped.
AcceptEnv *
X11Forwarding yes
Include {folder}/ikiiki.conf
"""


def install_command(folder: Path) -> None:
    """Lay down in `folder` what the installer leaves there of the command: the link `.venv`, here to the environment this runs in,
    and `bin/ikiiki`, word for word as the installer writes it."""
    (folder / "bin").mkdir(parents=True)
    (folder / ".venv").symlink_to(sys.prefix)
    (here,) = re.findall(r"<<COMMAND\n.*?^COMMAND\n", INSTALLER.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    command = folder / "bin" / "ikiiki"
    with command.open("wb") as file:
        subprocess.run(
            ["sh", "-c", f"cat {here}"], env={**os.environ, "dir": str(folder)}, stdout=file, check=True
        )
    command.chmod(0o755)


class PrivateSshd:
    """sshd for one vault, from `start` to `stop`. Its keys, and the one that may log in, are made in `folder`."""

    def __init__(
        self, folder: Path, vault: Path, *, changed: Mapping[str, str] | None = None, command: str = ""
    ) -> None:
        """`changed`: lines of the shipped file that are to be others; `command`: in place of the one forced there."""
        folder.mkdir(parents=True)
        self.folder = folder
        self.vault = vault
        self.home = folder / "home"
        self.home.mkdir()
        self.installed = folder / "opt"
        """In place of /opt/ikiiki: the link to the version in use, and the installed command."""
        install_command(self.installed)
        for name in ("host", "person"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)],
                check=True,
            )
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        host = (folder / "host.pub").read_text()
        (folder / "known").write_text(f"ikiiki {host}")
        (folder / "ikiiki.conf").write_text(self._shipped(command, changed or {}))
        (folder / "sshd.conf").write_text(AROUND.format(port=self.port, folder=folder))
        self._process: subprocess.Popen[bytes] | None = None

    def _shipped(self, command: str, changed: Mapping[str, str]) -> str:
        text = SHIPPED.read_text("utf-8")
        places = {
            "Match User ikiiki": f"Match User {getpass.getuser()}",
            "/opt/ikiiki/bin/ikiiki": str(self.installed / "bin" / "ikiiki"),
            "/srv/ikiiki/vault": str(self.vault),
            'HOME="$HOME"': f"HOME={self.home}",
            "/etc/ssh/ikiiki_keys": str(self.folder / "person.pub"),
            **changed,
        }
        for there, here in places.items():
            assert text.count(there) == 1, there
            text = text.replace(there, here)
        if command:
            line = next(line for line in text.splitlines() if "ForceCommand" in line)
            text = text.replace(line, f"    ForceCommand {command}")
        return text

    @property
    def log(self) -> str:
        """What sshd had to say."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def start(self) -> None:
        """Begin to listen. Raises `RuntimeError` with what sshd says when it does not."""
        assert SSHD is not None, "no sshd on this machine"
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(
                mode=0o755, exist_ok=True
            )  # as its service does where that was never started
        log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            [SSHD, "-D", "-e", "-f", str(self.folder / "sshd.conf")], stderr=log, stdin=subprocess.DEVNULL
        )
        log.close()
        end = time.monotonic() + PATIENCE
        while self._process.poll() is None and time.monotonic() < end:
            if "Server listening" in self.log:
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError(self.log)

    def stop(self) -> None:
        """Stop listening; logins there are stay."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()

    def client(
        self, *words: str, port: int = 0, options: Sequence[str] = (), program: str = "ssh"
    ) -> list[str]:
        """A client's command line that logs in; `words` come behind the host."""
        settings = {
            "IdentityFile": str(self.folder / "person"), "IdentitiesOnly": "yes", "IdentityAgent": "none",
            "UserKnownHostsFile": str(self.folder / "known"), "StrictHostKeyChecking": "yes", "HostKeyAlias": "ikiiki",
            "BatchMode": "yes", "ControlPath": "none", "Port": str(port or self.port),
        }  # fmt: skip
        told = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]
        return [program, "-F", "none", *options, *told, f"{getpass.getuser()}@127.0.0.1", *words]

    def screens(self) -> Mapping[int, str]:
        """Process number → state (R, S, T, …) of all screens open on this vault, however they were reached."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                if str(self.vault).encode() in words and b"tui" in words and b"-I" in words:
                    found[int(entry.name)] = (entry / "stat").read_text().rsplit(") ", 1)[1][0]
            except OSError:  # it ended meanwhile
                continue
        return found

    def until_nobody_is_in(self) -> None:
        """Wait until no screen is left on this vault."""
        end = time.monotonic() + PATIENCE
        while self.screens():
            assert time.monotonic() < end, f"still there: {dict(self.screens())}"
            time.sleep(0.05)
