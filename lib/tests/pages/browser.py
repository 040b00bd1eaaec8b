"""Chromium, driven over its debugging protocol: what a page does when it is opened."""

import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import websocket

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))),
    None,
)
SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-sync",
)

CTRL, SHIFT = 2, 8


@functools.cache
def axe() -> str | None:
    """The script of axe-core; None without one.

    It is the file that WORDING_AXE names, else that of the package axe-core-python.
    """
    package = find_spec("axe_core_python")
    file = os.environ.get("WORDING_AXE") or (
        package and Path(package.submodule_search_locations[0]) / "axe.min.js"
    )
    return Path(file).read_text(encoding="utf8") if file else None


class Browser:
    """An open tab; `events` are what it told since it was opened."""

    def __init__(self, address: str):
        self.socket = websocket.create_connection(address, timeout=60, suppress_origin=True)
        self.events, self.number = [], 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Network", "Runtime", "Log"):
            self.call(f"{domain}.enable")

    def send(self, method: str, **parameters) -> int:
        """Sends a command, and returns its number."""
        self.number += 1
        session = {"sessionId": self.session} if hasattr(self, "session") else {}
        self.socket.send(
            json.dumps({"id": self.number, "method": method, "params": parameters, **session})
        )
        return self.number

    def call(self, method: str, **parameters):
        """The result of a command; what the browser tells meanwhile is kept."""
        number = self.send(method, **parameters)
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]
            if "method" in message:
                self.events.append(message)
            if message.get("method") == "Page.javascriptDialogOpening":
                # A page with unsaved work asks whether to leave it, and waits: yes.
                self.send("Page.handleJavaScriptDialog", accept=True)

    def open(self, page, *, width=1280, height=900, media=""):
        """Opens the file at this size, and waits until it is loaded."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.show_scheme("light", media=media)
        self.call("Page.navigate", url=str(page) if ":" in str(page) else Path(page).as_uri())
        end = time.monotonic() + 60
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            assert time.monotonic() < end, f"{page} was not loaded"
            self.call("Runtime.evaluate", expression="1")
            time.sleep(0.01)

    def show_scheme(self, scheme: str, *, media: str = "") -> None:
        """Shows the page to a reader who prefers light or dark, on the screen or another medium."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.call("Emulation.setEmulatedMedia", media=media, features=features)

    def value(self, expression: str):
        """What the expression gives on the open page."""
        told = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def until(self, expression: str, *, seconds: float = 60):
        """What the expression gives, once that is true."""
        end = time.monotonic() + seconds
        while not (given := self.value(expression)):
            assert time.monotonic() < end, f"not within {seconds} seconds: {expression}"
            time.sleep(0.05)
        return given

    def press(self, key: str, code: int, *, with_: int = 0):
        """Presses a key of that name and that Windows key code, with Ctrl (2) or Shift (8)."""
        text = "" if with_ == CTRL else {"Enter": "\r", " ": " "}.get(key, "")
        for kind in ("rawKeyDown", *(["char"] if text else []), "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code={" ": "Space", "a": "KeyA"}.get(key, key),
                windowsVirtualKeyCode=code,
                modifiers=with_,
                text=text if kind == "char" else "",
            )

    def told(self, method: str) -> list[dict]:
        """The events of this kind since the page was opened."""
        return [event["params"] for event in self.events if event["method"] == method]


@contextmanager
def browser():
    """A browser with a profile of its own, ended at the end."""
    profile = tempfile.mkdtemp(prefix="wording-browser-")
    switches = [
        *SWITCHES,
        *(["--no-sandbox"] if os.geteuid() == 0 else []),
        f"--user-data-dir={profile}",
        "--remote-debugging-port=0",
    ]
    process = subprocess.Popen(
        [CHROMIUM, *switches], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        port, end = Path(profile, "DevToolsActivePort"), time.monotonic() + 60
        while (
            not (port.is_file() and len(port.read_text().split()) == 2) and time.monotonic() < end
        ):
            time.sleep(0.05)
        number, path = port.read_text().split()
        yield Browser(f"ws://127.0.0.1:{number}{path}")
    finally:
        process.kill()
        process.wait()
        with suppress(OSError):
            shutil.rmtree(profile, ignore_errors=True)
