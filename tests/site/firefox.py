"""Debian's Firefox, driven by WebDriver BiDi over a websocket of tornado: no driver has to be installed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path
from threading import Thread

from tornado.websocket import websocket_connect

SETTINGS = {"network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": 9,  # no network
            "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": 9, "app.update.auto": False,
            "datareporting.policy.dataSubmissionEnabled": False, "browser.shell.checkDefaultBrowser": False,
            "services.settings.server": "data:,", "browser.safebrowsing.update.enabled": False}
STARTS_IN = 120  # seconds


def find_firefox() -> str | None:
    """The path of a Firefox: ``$FIREFOX``, or the first on the PATH."""
    return os.environ.get("FIREFOX") or next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)


class Firefox:
    """A headless Firefox with one page of 1280 x 900 pixels; `told` has what its console said of errors."""

    def __init__(self, path: str, profile: Path):
        self.told: list[str] = []
        self.loop = asyncio.new_event_loop()  # in a thread, beside that of Playwright
        Thread(target=self.loop.run_forever, daemon=True).start()
        lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in SETTINGS.items())
        (profile / "user.js").write_text("".join(lines))
        self.process = subprocess.Popen(
            [path, "--headless", "--no-remote", "--width=1280", "--height=900", "--profile", profile,
             "--remote-debugging-port=0"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        try:
            self.socket = self.wait_for(self.connected(profile / "WebDriverBiDiServer.json"))
            self.asked = 0
            self.ask("session.new", capabilities={})
            self.ask("session.subscribe", events=["log.entryAdded"])
            self.context = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self.process.kill()
            raise

    def wait_for(self, work):
        """What a coroutine comes to, in the other thread."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    async def write(self, message: str) -> None:
        await self.socket.write_message(message)

    async def connected(self, told: Path):
        """The connection that it announces in a file of its profile."""
        for _ in range(10 * STARTS_IN):
            if told.exists() and (text := told.read_text()):
                place = json.loads(text)
                return await websocket_connect(f"ws://{place['ws_host']}:{place['ws_port']}/session",
                                               max_message_size=1 << 28)
            await asyncio.sleep(0.1)
        raise RuntimeError("Firefox did not begin to listen")

    async def read(self) -> dict:
        """The next message; raises TimeoutError after a minute."""
        return json.loads(await asyncio.wait_for(self.socket.read_message(), 60))

    def ask(self, method: str, **parameters):
        """The result of one command; raises RuntimeError with what Firefox says against it."""
        self.asked += 1
        self.wait_for(self.write(json.dumps({"id": self.asked, "method": method, "params": parameters})))
        while True:
            said = self.wait_for(self.read())
            if said.get("method") == "log.entryAdded" and said["params"]["level"] == "error":
                self.told.append(said["params"]["text"])
            if said.get("id") == self.asked:
                if said["type"] == "error":
                    raise RuntimeError(f"{said['error']}: {said['message']}")
                return said["result"]

    def open(self, address: str) -> None:
        """Go to an address and wait until all is loaded."""
        self.told.clear()
        self.ask("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def evaluate(self, expression: str):
        """What an expression of JavaScript, or its promise, comes to; it goes through JSON."""
        done = self.ask("script.evaluate", expression=f"(async () => JSON.stringify(await ({expression})))()",
                        target={"context": self.context}, awaitPromise=True)
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])
        return json.loads(done["result"].get("value", "null"))

    def drag(self, *points: tuple[float, float]) -> None:
        """Press the mouse at the first point, move it through the others and let go."""
        (x, y), *rest = ((round(x), round(y)) for x, y in points)
        moves = [{"type": "pointerMove", "x": x, "y": y, "duration": 20} for x, y in rest]
        self.ask("input.performActions", context=self.context, actions=[{
            "type": "pointer", "id": "mouse", "actions": [
                {"type": "pointerMove", "x": x, "y": y}, {"type": "pointerDown", "button": 0}, *moves,
                {"type": "pointerUp", "button": 0}]}])

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.loop.call_soon_threadsafe(self.loop.stop)
