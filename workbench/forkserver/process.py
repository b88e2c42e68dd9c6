"""A kernel forked by somebody else, with the face of ``subprocess.Popen``.

It is not our child, so the system will not tell us its exit code; the zygote does. Whether it is
alive, and whom a signal reaches, is asked of a pidfd, which no other process can inherit by number.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import threading
import time

#: Seconds to wait for the code of a process that has ended before it counts as killed. A zygote
#: tells it at once, or its own end is known at once: this is for one that hangs.
_PATIENCE = 30.0


class ForkedProcess:
    """A process known by its pidfd. Owns the descriptor and closes it when the end is known.

    ``returncode`` is as in ``Popen``: None while running, negative for a signal. When the zygote
    is gone before it could tell, the code is that of SIGKILL: its kernels die with it.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, pidfd: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._pidfd = pidfd
        self._lock = threading.RLock()
        self._told = threading.Event()
        self._code = -int(signal.SIGKILL)
        self._ended_at: float | None = None

    def __repr__(self) -> str:
        return f"<ForkedProcess {self.pid} returncode={self.returncode}>"

    def tell(self, code: int) -> None:
        """Note the exit code the zygote reports."""
        if not self._told.is_set():
            self._code = code
            self._told.set()

    def poll(self) -> int | None:
        """The exit code, or None while it runs. Never blocks."""
        with self._lock:
            if self.returncode is not None or not self._has_ended(0):
                return self.returncode
            if self._ended_at is None:
                self._ended_at = time.monotonic()
            if self._told.is_set() or time.monotonic() - self._ended_at > _PATIENCE:
                self._close()
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Block until it has ended; raises ``subprocess.TimeoutExpired`` after ``timeout`` s."""
        if self.returncode is None:
            if not self._has_ended(timeout):
                raise subprocess.TimeoutExpired(repr(self), timeout or 0)
            self._told.wait(_PATIENCE)
            with self._lock:
                self._close()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, signum: int) -> None:
        """Send a signal to this process alone; nothing happens when it has ended."""
        with self._lock:
            if self.poll() is None:
                # It may have ended while its code is still on its way.
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self._pidfd, signum)

    def terminate(self) -> None:
        """Ask it to end (SIGTERM)."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it (SIGKILL)."""
        self.send_signal(signal.SIGKILL)

    def _has_ended(self, timeout: float | None) -> bool:
        """A pidfd becomes readable when its process ends. poll(2): select fails above 1023."""
        poller = select.poll()
        poller.register(self._pidfd, select.POLLIN)
        return bool(poller.poll(None if timeout is None else timeout * 1000))

    def _close(self) -> None:
        if self.returncode is None:
            self.returncode = self._code
            os.close(self._pidfd)

    def __del__(self) -> None:
        if getattr(self, "returncode", 0) is None:
            os.close(self._pidfd)
