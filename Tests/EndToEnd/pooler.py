"""A pooler between a service and PostgreSQL that pools transactions: whoever begins one is served by the session that is free.

It understands as much of the protocol as that needs: log-in is passed through once for each session, and every client is then
told that it is logged in. usage: pooler.py PORT SERVER-PORT USER PASSWORD DATABASE
"""
import base64, hashlib, hmac, os, socket, struct, sys, threading

port, server_port, user, password, database = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]

def exactly(link, count):
    data = b""
    while len(data) < count:
        more = link.recv(count - len(data))
        if not more: raise EOFError
        data += more
    return data

def message(link):
    kind, length = exactly(link, 1), exactly(link, 4)
    return kind, kind + length + exactly(link, struct.unpack("!I", length)[0] - 4)

def packed(kind, body): return kind + struct.pack("!I", len(body) + 4) + body

def log_in():
    """A session of the server, by SCRAM-SHA-256."""
    link = socket.create_connection(("127.0.0.1", server_port))
    body = struct.pack("!I", 196608) + b"".join(part.encode() + b"\0" for part in ("user", user, "database", database)) + b"\0"
    link.sendall(struct.pack("!I", len(body) + 4) + body)
    nonce = base64.b64encode(os.urandom(18)).decode()
    first = "n=,r=" + nonce
    greeting = []
    while True:
        kind, whole = message(link)
        code = struct.unpack("!I", whole[5:9])[0] if kind == b"R" else None
        if code == 10:
            link.sendall(packed(b"p", b"SCRAM-SHA-256\0" + struct.pack("!I", len(first) + 3) + b"n,," + first.encode()))
        elif code == 11:
            server = whole[9:].decode()
            parts = dict(part.split("=", 1) for part in server.split(","))
            salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(parts["s"]), int(parts["i"]))
            key = hmac.digest(salted, b"Client Key", "sha256")
            final = "c=biws,r=" + parts["r"]
            proof = hmac.digest(hashlib.sha256(key).digest(), ",".join((first, server, final)).encode(), "sha256")
            proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, proof))).decode()
            link.sendall(packed(b"p", (final + ",p=" + proof).encode()))
        elif kind == b"E": raise SystemExit("the server says: %r" % whole)
        elif kind in b"SK": greeting.append(whole)
        elif kind == b"Z": return link, b"".join(greeting)

free, lock = [], threading.Lock()

def serve(client):
    session = None
    try:
        while True:
            length = struct.unpack("!I", exactly(client, 4))[0]
            body = exactly(client, length - 4)
            if struct.unpack("!I", body[:4])[0] not in (80877103, 80877104): break
            client.sendall(b"N")
        with lock: session = free.pop() if free else log_in()
        client.sendall(packed(b"R", struct.pack("!I", 0)) + session[1] + packed(b"Z", b"I"))
        with lock: free.append(session)
        session = None
        while True:
            kind, whole = message(client)
            if kind == b"X": return
            if session is None:
                with lock: session = free.pop() if free else log_in()
            session[0].sendall(whole)
            if kind not in b"QS": continue
            while True:
                kind, whole = message(session[0])
                client.sendall(whole)
                if kind == b"Z": break
            if whole[5:6] == b"I":
                with lock: free.append(session)
                session = None
    except (EOFError, OSError): pass
    finally: client.close()

listener = socket.create_server(("127.0.0.1", port))
print("listening", flush=True)
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
