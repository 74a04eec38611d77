#!/usr/bin/env python3
"""Servers for the tests of channels, on loopback. The first line that is printed is the port. When the input ends, what the
server has taken is printed as JSON, and it ends. With "store" in the settings, the name of a file, each mail or request is
also written there, one a line with the time at which it came, before the server says that it has it: so what a server has
that is killed is known. With "port" it is that one.

usage: servers.py smtp SETTINGS      a server of mail, by aiosmtpd
       servers.py http SETTINGS      chats' and webhooks' servers
       servers.py check              whether aiosmtpd is there

SETTINGS is a JSON object. smtp: "security" (starttls, tls, none), "certificate", "key", "user", "password", "greeting"
(busy: says 421 and closes; silent: says nothing). What it does with a mail follows from the local part of where it goes, see
`Handler`. http: "webhooks" (secrets), "dingtalk", "feishu" (secrets), to check signatures by; what it does follows from the
path, see `Web`.
"""
import asyncio
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import json
import os
import ssl
import sys
import threading
import time
import urllib.parse


def keep(settings, taken):
    """On disk before anybody is told that it was taken."""
    if "store" not in settings:
        return
    with open(settings["store"], "a") as file:
        file.write(json.dumps({"at": time.time(), **taken}) + "\n")
        file.flush()
        if settings.get("isSafe", True):
            os.fsync(file.fileno())


def context(settings):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(settings["certificate"], settings["key"])
    return made


# Mail


def read(raw):
    """A mail as Python's library understands it."""
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    lines = raw.split(b"\r\n")
    return {
        "headers": [[name, str(value)] for name, value in mail.items()],
        "defects": [str(defect) for part in mail.walk() for defect in part.defects],
        "to": [address.addr_spec for address in mail["To"].addresses],
        "from": [[address.display_name, address.addr_spec] for address in mail["From"].addresses],
        "date": mail["Date"].datetime.isoformat(),
        "text": plain.get_content().replace("\r\n", "\n"),
        "html": html.get_content().replace("\r\n", "\n"),
        "isPlain": all(byte < 128 for byte in raw),
        "longest": max(len(line) for line in lines),
        "bareBreaks": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
    }


def serve_mail(settings):
    from aiosmtpd.smtp import SMTP, AuthResult, syntax

    mailbox = []
    tried = []
    connections = []

    class Server(SMTP):
        pieces = False

        def connection_made(self, transport):
            if self.session is None:
                connections.append(self)
            super().connection_made(transport)

        async def push(self, status):
            if not self.pieces:
                return await super().push(status)
            for byte in (status if isinstance(status, bytes) else status.encode()) + b"\r\n":
                self._writer.write(bytes([byte]))
                await self._writer.drain()
                await asyncio.sleep(0.002)

        @syntax("DATA")
        async def smtp_DATA(self, arg):
            if any(name.startswith("cut@") for name in self.envelope.rcpt_tos):
                await super().push("354 go on")
                await self._reader.readuntil(b"\n")
                self.transport.abort()
                return
            await super().smtp_DATA(arg)

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            tried.append(address)
            name = address.split("@")[0]
            server.pieces = name == "pieces"
            if name == "full":
                return "450 4.2.2 mailbox full,\r try again"
            if name == "unknown":
                return "550-5.1.1 nobody\r\n550 5.1.1 of this name"
            if name == "busy":
                loop.call_soon(server.transport.close)
                return "421 4.3.2 going down"
            if name == "silent":
                await asyncio.sleep(3600)
            envelope.rcpt_tos.append(address)
            return "250 2.1.5 ok"

        async def handle_DATA(self, server, session, envelope):
            name = envelope.rcpt_tos[0].split("@")[0]
            if name == "later":
                return "451 4.3.0 not now"
            if name == "spam":
                return "554 5.7.1 not this"
            if name == "mute":
                await asyncio.sleep(3600)
            if name == "lost":
                server.transport.abort()
                return "250 2.0.0 nobody hears this"
            mail = {
                "sender": envelope.mail_from,
                "recipients": envelope.rcpt_tos,
                "login": (session.login_data or b"").decode(),
                "isSecure": settings["security"] == "tls" or session.ssl is not None,
                "greeting": session.host_name,
                "connection": connections.index(server),
                **read(envelope.original_content),
            }
            mailbox.append(mail)
            keep(settings, mail)
            return "250 2.0.0 queued as %d" % len(mailbox)

    def authenticate(server, session, envelope, mechanism, data):
        matches = data.login == settings["user"].encode() and data.password == settings["password"].encode()
        return AuthResult(success=matches, handled=False, auth_data=data)

    security = settings["security"]

    def make():
        return Server(
            Handler(), hostname="mail.test", ident="ready", loop=loop,
            tls_context=context(settings) if security == "starttls" else None, require_starttls=security == "starttls",
            # Over TLS from the first byte the library does not know that there is any.
            auth_required="user" in settings, auth_require_tls=security == "starttls",
            authenticator=authenticate if "user" in settings else None)

    class Mute(asyncio.Protocol):
        def connection_made(self, transport):
            if settings["greeting"] == "busy":
                transport.write(b"421 4.3.2 too busy\r\n")
                transport.close()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    server = loop.run_until_complete(
        loop.create_server(
            Mute if "greeting" in settings else make, "127.0.0.1", settings.get("port", 0), reuse_address=True,
            ssl=context(settings) if security == "tls" else None))
    print(server.sockets[0].getsockname()[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(loop.stop)), daemon=True).start()
    loop.run_forever()
    print(json.dumps({"mails": mailbox, "tried": tried, "connections": len(connections)}), flush=True)


# Chats and webhooks


def signed(key, message):
    return base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def serve_web(settings):
    requests = []
    lock = threading.Lock()

    class Web(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments):
            pass

        def answer(self, status, body=b"", **fields):
            self.send_response(status)
            for name, value in fields.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urllib.parse.urlsplit(self.path)
            query = dict(urllib.parse.parse_qsl(parts.query))
            path = parts.path.strip("/").split("/")
            request = {"path": parts.path, "signatures": self.check(path[0], query, body), "body": json.loads(body),
                       "id": self.headers.get("webhook-id", ""), "type": self.headers.get("content-type", "")}
            requests.append(request)
            with lock:
                keep(settings, request)
            if path[0] in ("wecom", "dingtalk"):
                words = {"0": "ok", "45009": "api freq out of limit", "130101": "send too fast, exceed 20 times per minute"}
                self.robot({"errcode": int(path[1]), "errmsg": words.get(path[1], "no")})
            elif path[0] == "feishu":
                self.robot({"code": int(path[1]), "msg": "success" if path[1] == "0" else "too many request", "data": {}})
            elif path[0] == "page":
                self.answer(200, b"<html>not a robot</html>")
            elif path[0] == "silent":
                self.connection.recv(1)
                self.close_connection = True
            elif path[0] == "gone":
                self.close_connection = True
            elif path[0] == "pieces":
                for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\ntaken":
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(0.002)
            elif path[0] == "cut":
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nha")
                self.close_connection = True
            elif path[0] == "noise":
                self.wfile.write(b"\x00\xff\xfe no HTTP at all\r\n\r\n")
                self.close_connection = True
            elif path[0] == "flood":
                self.answer(200, b"x" * (1 << 20))
            elif path[0] == "redirect":
                self.answer(302, Location="/ok")
            elif path[0] == "wait":
                self.answer(int(path[1]), b"later, please", Retry_After=urllib.parse.unquote(path[2]))
            elif path[0] == "status":
                self.answer(int(path[1]), b"so\x07 it\nis")
            else:
                self.answer(204)

        def robot(self, words):
            self.answer(200, json.dumps(words).encode(), Content_Type="application/json")

        def check(self, kind, query, body):
            """Which of the secrets have signed it, by the documents of each."""
            if kind == "dingtalk":
                secret = settings["dingtalk"]
                stamp = query.get("timestamp", "")
                near = stamp.isdigit() and abs(int(stamp) / 1000 - time.time()) < 3600
                return [near and query.get("sign") == signed(secret.encode(), f"{stamp}\n{secret}".encode())]
            if kind == "feishu":
                told = json.loads(body)
                stamp = told.get("timestamp", "")
                near = stamp.isdigit() and abs(int(stamp) - time.time()) < 3600
                return [near and told.get("sign") == signed(f"{stamp}\n{settings['feishu']}".encode(), b"")]
            identifier, stamp = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
            near = stamp.isdigit() and abs(int(stamp) - time.time()) < 300
            found = self.headers.get("webhook-signature", "").split(" ")
            return [
                near and "v1," + signed(
                    base64.b64decode(secret.removeprefix("whsec_")), f"{identifier}.{stamp}.".encode() + body) in found
                for secret in settings.get("webhooks", [])
            ]

    http.server.ThreadingHTTPServer.request_queue_size = 128
    server = http.server.ThreadingHTTPServer(("127.0.0.1", settings.get("port", 0)), Web)
    server.daemon_threads = True
    if "certificate" in settings:
        server.socket = context(settings).wrap_socket(server.socket, server_side=True)
    print(server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever(poll_interval=0.05)
    print(json.dumps({"requests": requests}), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "check":
        import aiosmtpd.smtp  # noqa: F401
    elif sys.argv[1] == "smtp":
        serve_mail(json.loads(sys.argv[2]))
    else:
        serve_web(json.loads(sys.argv[2]))
