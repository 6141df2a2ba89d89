"""A headless Chromium that opens a page, over the pipe that it offers to debuggers. It has no network but the file."""
import base64
import json
import os
import select
import subprocess
import time


class Browser:
    """with Browser(folder) as page: page.open(path); page.value("document.title")"""

    def __init__(self, folder, dark=False, size=(1400, 1000)):
        to_read, to_write = os.pipe(), os.pipe()
        # Chromium reads commands at 3 and writes answers at 4.
        script = 'exec 3<&%d 4>&%d; exec "$@"' % (to_read[0], to_write[1])
        command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
                   "--disable-background-networking", "--remote-debugging-pipe", "--force-device-scale-factor=1",
                   "--user-data-dir=" + os.path.join(folder, "browser"), "--window-size=%d,%d" % size, "about:blank"]
        self.process = subprocess.Popen(["bash", "-c", script, "browser", *command], pass_fds=(to_read[0], to_write[1]),
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read[0]), os.close(to_write[1])
        self.out, self.inn, self.rest, self.number, self.session = to_read[1], to_write[0], b"", 0, None
        self.problems, self.requests, self.loaded = [], [], False
        target = next(t for t in self.ask("Target.getTargets")["targetInfos"] if t["type"] == "page")
        self.session = self.ask("Target.attachToTarget", targetId=target["targetId"], flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(domain + ".enable")
        self.ask("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        os.close(self.out), os.close(self.inn)

    def message(self, deadline):
        while b"\0" not in self.rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.inn], [], [], left)[0]:
                raise AssertionError("the browser does not answer")
            got = os.read(self.inn, 1 << 20)
            if not got:
                raise AssertionError("the browser is gone")
            self.rest += got
        one, self.rest = self.rest.split(b"\0", 1)
        return json.loads(one)

    def note(self, event):
        name, params = event.get("method"), event.get("params", {})
        if name == "Runtime.exceptionThrown":
            self.problems.append(params["exceptionDetails"].get("exception", {}).get("description", "exception"))
        elif name == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"]["text"])
        elif name == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif name == "Page.loadEventFired":
            self.loaded = True

    def ask(self, method, **params):
        self.number += 1
        command = {"id": self.number, "method": method, "params": params}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.out, json.dumps(command).encode() + b"\0")
        deadline = time.monotonic() + 60
        while True:
            got = self.message(deadline)
            if got.get("id") == self.number:
                if "error" in got:
                    raise AssertionError("%s: %s" % (method, got["error"]))
                return got["result"]
            self.note(got)

    def open(self, path):
        self.loaded, self.requests, self.problems = False, [], []
        self.ask("Page.navigate", url="file://" + os.path.abspath(path))
        deadline = time.monotonic() + 60
        while not self.loaded:
            self.note(self.message(deadline))

    def value(self, expression):
        got = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in got:
            raise AssertionError("%s: %s" % (expression, got["exceptionDetails"]))
        return got["result"].get("value")

    def texts(self, selector):
        return self.value("Array.from(document.querySelectorAll(%s), e => e.textContent)" % json.dumps(selector))

    def count(self, selector):
        return self.value("document.querySelectorAll(%s).length" % json.dumps(selector))

    def hover(self, selector):
        """Where the mouse rests on the first such element; the text of the tip that shows up."""
        self.value("document.querySelector(%s).dispatchEvent(new PointerEvent('pointerenter', {clientX: 300, clientY: 300}))"
                   % json.dumps(selector))
        return self.value("(t => t.hidden ? '' : Array.from(t.children, d => d.textContent).join('\\n'))"
                          "(document.querySelector('.tip'))")

    def click(self, selector):
        self.value("document.querySelector(%s).dispatchEvent(new MouseEvent('click', {bubbles: true}))" % json.dumps(selector))

    def type(self, selector, text):
        self.value("(e => { e.value = %s; e.dispatchEvent(new Event('input')); })(document.querySelector(%s))"
                   % (json.dumps(text), json.dumps(selector)))

    def picture(self, path, full=True):
        shot = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=full)
        with open(path, "wb") as out:
            out.write(base64.b64decode(shot["data"]))

    def print(self, path):
        pdf = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        with open(path, "wb") as out:
            out.write(base64.b64decode(pdf["data"]))
