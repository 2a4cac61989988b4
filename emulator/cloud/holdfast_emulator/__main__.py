"""``python -m holdfast_emulator``: one server on one loopback port.

Environment (set by ``start.ts``; nothing else is read from the user's own environment):

``HOLDFAST_PROXY_PORT``
    port of the proxy in front. Everything the emulator hands out (queue URLs, the endpoint of
    Lambda children) points there, so that injected faults hold for functions as well.
``HOLDFAST_PARENT``
    ``stdin``: end when standard input closes, so that a killed parent leaves no orphan.

Prints one JSON line ``{"port": n, "pid": n}`` on standard output once requests are answered.
"""

import asyncio
import json
import os
import signal
import socket
import sys
import threading


def _settings(port: int) -> None:
    """Puts the emulator's own settings in place; must run before ministack is imported."""
    os.environ.update(
        {
            "AUTH": "true",
            "BIND_HOST": "127.0.0.1",
            "MINISTACK_HOST": "127.0.0.1",
            "GATEWAY_PORT": os.environ.get("HOLDFAST_PROXY_PORT") or str(port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "DOCKER_HOST": "unix:///nonexistent/holdfast-uses-no-docker.sock",
        }
    )
    os.environ.setdefault("LOG_LEVEL", "WARNING")


def _end() -> None:
    """Ends the Lambda workers and this process; nothing is persisted, so nothing is flushed."""
    try:
        from ministack.core import lambda_runtime

        lambda_runtime.reset()
    finally:
        os._exit(0)


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    _end()


async def _serve(listener: socket.socket) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from ministack import app as gateway

    from . import alarms, controls, patches

    patches.install()
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGINT"):
        loop.add_signal_handler(getattr(signal, name), _end)

    ready = json.dumps({"port": listener.getsockname()[1], "pid": os.getpid()})

    async def announce() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", listener.getsockname()[1])
        writer.write(b"GET /_ministack/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        status = await reader.readline()
        writer.close()
        if b" 200 " not in status:
            raise RuntimeError(f"the emulator answers its own health check with {status!r}")
        print(ready, flush=True)
        os.dup2(2, 1)

    tasks = [asyncio.ensure_future(announce()), asyncio.ensure_future(alarms.keep_evaluating())]
    await serve(controls.with_controls(gateway.app), config, shutdown_trigger=asyncio.Event().wait)
    for task in tasks:
        task.cancel()


def main() -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    _settings(listener.getsockname()[1])

    from .version import check

    check()
    if os.environ.get("HOLDFAST_PARENT") == "stdin":
        threading.Thread(target=_end_with_parent, daemon=True, name="parent-watch").start()
    try:
        asyncio.run(_serve(listener))
    except KeyboardInterrupt:
        sys.exit(0)


main()
