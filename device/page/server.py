"""The page's server, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import sys
import threading
from contextlib import suppress
from functools import partial
from importlib.util import find_spec

from device.errors import UsageError
from device.page.access import Access
from device.page.display import Display
from device.page.listener import BACKLOG, listen
from device.page.orders import Ask
from device.page.token import open_token
from device.settings.config import Config
from device.system.install_command import install_command

_LOG = logging.getLogger(__name__)
_CLOSE_S = 3.0
_HANDSHAKE_S = 5.0
"""For TLS. A browser takes a fraction of a second, on a slow board too."""
_NEEDED = ("starlette", "uvicorn")


def find_missing(*, must: bool) -> str | None:
    """Return the package that the page lacks, after saying so; None where it has all.

    Args:
        must: whether the page was asked for, and not only liked.

    Raises:
        UsageError: it was, and one is missing.
    """
    missing = next((name for name in _NEEDED if find_spec(name) is None), None)
    if missing is None:
        return None
    how = f"{missing} is not installed: run `{install_command('page')}`"
    if must:
        raise UsageError(f"page is set and {how}, or leave page out")
    _LOG.info("the operator's page is not served, for %s", how)
    return missing


class PageServer:
    """Serves the page until it is closed.

    Attributes:
        address: where a browser of this machine opens it.
    """

    def __init__(self, config: Config, display: Display, ask: Ask) -> None:
        """Begin to listen, and start the thread.

        Raises:
            UsageError: the address is not of this machine, no port near is free, or token or
                certificate cannot be used.
        """
        page = config.page
        self._config = config
        self._display = display
        self._ask = ask
        self._token: str | None = None
        self._token_is_new = False
        if not page.is_loopback:
            self._token, self._token_is_new = open_token(config.state_dir)
        _check_certificate(config)
        self._socket = listen(page)
        self._port = int(self._socket.getsockname()[1])
        if self._port != page.port:
            _LOG.warning("port %d is taken: the page is at %d", page.port, self._port)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._closing = threading.Event()
        # A daemon thread: nothing that a browser does keeps the rig from ending.
        self._thread = threading.Thread(target=self._run, name="page", daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """Where a browser opens the page; without the token."""
        page = self._config.page
        scheme = "https" if self._config.page_cert_file else "http"
        host = page.host
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - not served, but told
            named = self._config.page_names.partition(",")[0].strip()
            host = named or _find_own_address() or socket.gethostname()
        host = f"[{host}]" if ":" in host else host
        return f"{scheme}://{host}:{self._port}/"

    def announce(self) -> None:
        """Say where the page is: the last line of a start."""
        if self._token is None:
            _LOG.info("the operator's page is open at %s", self.address)
            return
        if not (self._token_is_new or sys.stderr.isatty()):
            # A log is read by many and kept for long.
            _LOG.info("the operator's page is open at %s for who has its token", self.address)
            return
        from device.page.qr_text import draw_qr  # noqa: PLC0415 - loads OpenCV

        # Behind the #: a browser sends that part to nobody, and no proxy writes it down.
        entrance = f"{self.address}#{self._token}"
        _LOG.info("scan this with the tablet, or open the address below")
        sys.stderr.write(f"{draw_qr(entrance)}\n")
        _LOG.info("the operator's page is open at %s", entrance)

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        self._closing.set()
        self._display.bell.attach(None)
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with suppress(RuntimeError):  # It has ended already.
                loop.call_soon_threadsafe(task.cancel)
        self._thread.join(_CLOSE_S)
        self._socket.close()
        self._display.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except (asyncio.CancelledError, KeyboardInterrupt):
            pass
        except Exception:  # noqa: BLE001 - the rig goes on without its page
            _LOG.exception("the operator's page has ended; the rig goes on without it")

    async def _serve(self) -> None:
        # Late, and in this thread: the rig's first picture does not wait for it.
        import uvicorn  # noqa: PLC0415 - see above

        from device.page.connections import BoundedProtocol  # noqa: PLC0415 - see above
        from device.page.routes import build_app  # noqa: PLC0415 - see above

        config = self._config
        own = socket.gethostname().lower()
        names = {"localhost", own, f"{own.partition('.')[0]}.local"}
        names |= {name.strip() for name in config.page_names.split(",") if name.strip()}
        if not config.page.is_loopback:
            names.add(config.page.host.lower())
        access = Access(
            names=frozenset(names),
            token=self._token,
            port=self._port,
            tls=config.page_cert_file is not None,
        )
        server = uvicorn.Server(
            uvicorn.Config(
                build_app(self._display, self._ask, access),
                http=BoundedProtocol,
                ws="none",
                lifespan="off",
                loop="asyncio",
                log_config=None,
                access_log=False,
                server_header=False,
                backlog=BACKLOG,
                proxy_headers=False,
                timeout_keep_alive=15,
                timeout_graceful_shutdown=1,
                ssl_certfile=config.page_cert_file,
                ssl_keyfile=config.page_key_file,
            )
        )
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        # What a hostile client sends is no error of the rig's.
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(
            lambda _, context: _LOG.debug("page: %s", context.get("message"))
        )
        self._task = asyncio.current_task()
        if config.page_cert_file:
            # uvicorn has no setting for it, and asyncio's is a minute.
            limited = partial(self._loop.create_server, ssl_handshake_timeout=_HANDSHAKE_S)
            self._loop.create_server = limited  # type: ignore[method-assign]
        self._display.bell.attach(self._loop)
        if not self._closing.is_set():
            await server.serve(sockets=[self._socket])


def _find_own_address() -> str | None:
    """Return this machine's address in its network, which a tablet finds without a name server."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking, suppress(OSError):
        asking.connect(("192.0.2.1", 9))  # Nothing is sent: it only chooses the way (RFC 5737).
        return str(asking.getsockname()[0])
    return None


def _check_certificate(config: Config) -> None:
    if config.page_cert_file is None or config.page_key_file is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            config.page_cert_file,
            config.page_key_file,
            # Else OpenSSL asks for it on the terminal, and the start waits for ever.
            password=lambda: "",
        )
    except (OSError, ValueError) as error:
        raise UsageError(
            f"the page's certificate {config.page_cert_file} with the key {config.page_key_file}"
            f" cannot be used ({error}): give a PEM certificate and its key, without a password"
        ) from error
