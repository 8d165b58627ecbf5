"""The site's own processes and where they are reached."""

from __future__ import annotations

import errno
import http.client
import socket
import sys
import time

from django.utils.translation import gettext as _

from tallystick.config.starting.supervisor import Child

_PORTS_TRIED = 20


def free_port(bind: str, wanted: int) -> int:
    """Give the wanted port, or the next one that is free.

    :raises OSError: none of them is free, or the address is not this machine's
    """
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    for port in range(wanted, min(wanted + _PORTS_TRIED, 65536)):
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((bind, port))
            except OSError as error:
                if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                    continue
                raise
            return port
    raise OSError(errno.EADDRINUSE, "no free port")


def children(*, bind: str, port: int) -> list[Child]:
    """Give the processes that make the site: the web server, and a worker each for the day, the post and the night."""
    tallystick = [sys.executable, "-P", "-m", "tallystick"]
    return [
        Child(_("web server"), [*tallystick, "web", "--child", "--bind", bind, "--port", str(port)]),
        Child(_("worker"), [*tallystick, "worker", "--only", "day", "--child"]),
        Child(_("worker of the post"), [*tallystick, "worker", "--only", "post", "--child"]),
        Child(_("worker of the night"), [*tallystick, "worker", "--only", "night", "--child"]),
    ]


def address(*, bind: str, port: int) -> str:
    """Give what a person types into the browser of this machine.

    >>> address(bind="127.0.0.1", port=8000), address(bind="192.0.2.7", port=80)
    ('http://localhost:8000/', 'http://192.0.2.7/')
    """
    host = "localhost" if bind in {"127.0.0.1", "0.0.0.0", "::", "::1", "localhost"} else bind  # noqa: S104
    host = f"[{host}]" if ":" in host else host
    return f"http://{host}/" if port == 80 else f"http://{host}:{port}/"


def answers(*, bind: str, port: int, timeout: float) -> bool:
    """Wait until the web server answers, whatever it says. Gives False when it does not in time."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)  # noqa: S104
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, port, timeout=10)
        try:
            connection.request("GET", "/account/login/", headers={"Host": "localhost"})
            connection.getresponse()
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
        else:
            return True
        finally:
            connection.close()
    return False
