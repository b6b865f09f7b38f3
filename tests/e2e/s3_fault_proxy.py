# SPDX-License-Identifier: MIT
"""A bad network in front of an S3 server: every request may get one of the faults below, and what
was asked for is written down. Python's standard library only."""
import email.utils
import http.client
import http.server
import socket
import struct
import threading
import time

FAULTS = ("503", "500", "slow_down", "throttled", "refused", "reset_in_body", "torn_response", "stalled",
          "slow", "wrong_etag", "truncated", "corrupted")
CHUNK = 1 << 16


def error(code):
    return f"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>made up</Message></Error>".encode()


ANSWERS = {"503": (503, error("ServiceUnavailable"), {}), "500": (500, b"", {}),
           "slow_down": (503, error("SlowDown"), {}), "throttled": (429, error("TooManyRequests"), {"Retry-After": "1"}),
           "refused": (403, error("AccessDenied"), {})}


class Torn(Exception):
    """The connection ends here."""


class FaultProxy:
    """Forwards to 127.0.0.1:port. `choose(method, path)` names the fault of a request, or None.
    `ahead`: seconds that the server's clock is before ours; it then refuses requests of another time."""

    def __init__(self, port, choose=lambda method, path: None, *, ahead=0, tls=None):
        self.upstream, self.choose, self.ahead = port, choose, ahead
        self.log = []  # (method, path, fault)
        self.lock = threading.Lock()
        self.open = self.peak = self.accepted = 0
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.server.daemon_threads = True
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def requests(self, method):
        return [path for what, path, _ in self.log if what == method]

    def handler(self):
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            wbufsize = CHUNK

            def setup(self):
                super().setup()
                self.upstream = None
                with proxy.lock:
                    proxy.accepted += 1
                    proxy.open += 1
                    proxy.peak = max(proxy.peak, proxy.open)

            def finish(self):
                with proxy.lock:
                    proxy.open -= 1
                if self.upstream:
                    self.upstream.close()
                try:
                    super().finish()
                except OSError:
                    pass

            def handle(self):
                try:
                    super().handle()
                except ConnectionError:  # the other side broke off: that is its right
                    pass

            def log_message(self, *_):
                pass

            def reset(self):
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                raise Torn

            def serve(self):
                fault = proxy.choose(self.command, self.path)
                with proxy.lock:
                    proxy.log.append((self.command, self.path, fault))
                try:
                    self.answer(fault)
                except (Torn, ConnectionError, http.client.HTTPException):
                    self.close_connection = True

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

            def body(self, fault):
                left = int(self.headers.get("Content-Length", 0))
                stop_at = left // 2 if fault == "reset_in_body" else -1
                while left:
                    piece = self.rfile.read(min(left, CHUNK))
                    if not piece:
                        raise Torn
                    left -= len(piece)
                    if fault == "reset_in_body" and left <= stop_at:
                        self.reset()
                    yield piece

            def swallow(self):
                for _ in self.body(None):
                    pass

            def say(self, status, text, headers):
                self.send_response_only(status)
                self.send_header("Date", email.utils.formatdate(time.time() + proxy.ahead, usegmt=True))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)
                self.wfile.flush()

            def is_of_another_time(self):
                stamp = self.headers.get("x-amz-date", "")
                sent = time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.timezone
                return abs(sent - (time.time() + proxy.ahead)) > 900

            def answer(self, fault):
                if fault == "reset_in_body" and int(self.headers.get("Content-Length", 0)) == 0:
                    self.reset()
                if fault in ANSWERS:
                    self.swallow()
                    return self.say(*ANSWERS[fault])
                if proxy.ahead and self.is_of_another_time():
                    self.swallow()
                    return self.say(403, error("RequestTimeTooSkewed"), {})
                if fault == "stalled":
                    time.sleep(4)
                    self.reset()
                reply = self.forward(fault)
                if fault == "torn_response":
                    reply.read()
                    self.reset()
                if fault == "slow":
                    time.sleep(0.3)
                return self.give_back(reply, fault)

            def forward(self, fault):
                headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
                if not self.upstream:
                    self.upstream = http.client.HTTPConnection("127.0.0.1", proxy.upstream, timeout=120)
                length = int(self.headers.get("Content-Length", 0))
                self.upstream.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in headers.items():
                    self.upstream.putheader(name, value)
                self.upstream.endheaders()
                for piece in self.body(fault) if length else ():
                    self.upstream.send(piece)
                return self.upstream.getresponse()

            def give_back(self, reply, fault):
                self.send_response_only(reply.status)
                for name, value in reply.getheaders():
                    if name.lower() in ("connection", "transfer-encoding", "date", "keep-alive"):
                        continue
                    self.send_header(name, '"0123456789abcdef"' if fault == "wrong_etag" and name.lower() == "etag" else value)
                self.send_header("Date", email.utils.formatdate(time.time() + proxy.ahead, usegmt=True))
                chunked = reply.getheader("Content-Length") is None and self.command != "HEAD"
                whole = reply.read() if chunked else None
                if chunked:
                    self.send_header("Content-Length", str(len(whole)))
                self.end_headers()
                pieces = iter([whole]) if chunked else iter(lambda: reply.read(CHUNK), b"")
                self.pass_on(pieces, int(reply.getheader("Content-Length") or 0), fault)
                self.wfile.flush()

            def pass_on(self, pieces, length, fault):
                given = 0
                for piece in pieces:
                    if fault == "corrupted" and given == 0 and piece:
                        piece = piece[:-1] + bytes([piece[-1] ^ 1])
                    if fault == "truncated" and given + len(piece) > length // 2:
                        self.wfile.write(piece[:max(length // 2 - given, 0)])
                        self.wfile.flush()
                        self.reset()
                    self.wfile.write(piece)
                    given += len(piece)

        return Handler
