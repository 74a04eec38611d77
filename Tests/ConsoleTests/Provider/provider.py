#!/usr/bin/env python3
"""A provider of OpenID Connect on loopback, honest or not: the first part of the path says how it behaves, so that each behaviour is an
issuer of its own. The port is the first line that is printed; it ends when its input ends.

Who signs in is said in the address of the sign-in: `as` is the login, `sub` the account, `groups` the groups, `verified=yes` that the
address was verified. A name that is no behaviour is that of an honest one.

usage: provider.py         a provider; see `Handler` for what the names of behaviours do
"""
import base64
import hashlib
import hmac
import http.server
import json
import secrets
import sys
import threading
import time
import urllib.parse

CLIENT, SECRET = "waybill", "a secret: of %+ signs"
PREFIX = bytes.fromhex("3031300d060960864801650304020105000420")


def text(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value):
    return text(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def is_prime(candidate):
    if any(candidate % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47)): return False
    odd, twos = candidate - 1, 0
    while odd % 2 == 0: odd, twos = odd // 2, twos + 1
    for _ in range(12):
        value = pow(secrets.randbelow(candidate - 3) + 2, odd, candidate)
        if value in (1, candidate - 1): continue
        for _ in range(twos - 1):
            value = value * value % candidate
            if value == candidate - 1: break
        else:
            return False
    return True


def prime(bits):
    while True:
        candidate = secrets.randbits(bits) | (3 << bits - 2) | 1
        if is_prime(candidate) and candidate % 65537 != 1: return candidate


class Key:
    """A key of RSA, of 2,048 bits."""

    def __init__(self, name):
        first, second = prime(1024), prime(1024)
        self.name, self.n = name, first * second
        self.d = pow(65537, -1, (first - 1) * (second - 1))

    def sign(self, signed):
        tail = PREFIX + hashlib.sha256(signed).digest()
        block = b"\0\1" + b"\xff" * (256 - 3 - len(tail)) + b"\0" + tail
        return pow(int.from_bytes(block, "big"), self.d, self.n).to_bytes(256, "big")

    def public(self):
        # Without 'alg', as many providers have it.
        return {"kty": "RSA", "use": "sig", "kid": self.name, "n": number(self.n), "e": number(65537)}


KEYS = [Key("first"), Key("second")]
ODD = [
    {"kty": "AKP", "alg": "ML-DSA-44", "kid": "odd-1", "pub": "AAAA"},
    {"kty": "RSA", "use": "enc", "alg": "RSA-OAEP-256", "kid": "first", "n": number(KEYS[1].n), "e": "AQAB"},
    {"kty": "EC", "crv": "P-521", "kid": "odd-2", "x": "AA", "y": "AA"},
    {"kty": "EC", "crv": "P-256", "kid": "odd-3", "x": text(b"\1" * 32), "y": text(b"\2" * 32)},
    {"kty": "oct", "kid": "odd-4", "k": "c2VjcmV0"},
    {"kty": "RSA", "kid": "odd-5", "n": "AQAB", "e": "AQAB"},
    {"kty": 7}, "no key", None,
]
codes = {}
keys_asked = {}
requests = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments): pass

    def answer(self, status, body=b"", kind="application/json", **fields):
        if not isinstance(body, bytes): body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        for name, value in fields.items(): self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        parts = urllib.parse.urlsplit(self.path)
        _, self.case, place = parts.path.split("/", 2)
        self.issuer = f"http://127.0.0.1:{self.server.server_address[1]}/{self.case}"
        requests.append(f"{self.case}/{place}")
        if self.case == f"slow-{place.rsplit('/', 1)[-1]}": time.sleep(4)
        if self.case == f"huge-{place.rsplit('/', 1)[-1]}": return self.answer(200, {"filler": "x" * (300 << 10)})
        if self.case == f"broken-{place.rsplit('/', 1)[-1]}": return self.answer(500, b"<h1>sorry</h1>", "text/html")
        if self.case == f"babble-{place.rsplit('/', 1)[-1]}": return self.answer(200, b"<h1>hello</h1>", "text/html")
        given = dict(urllib.parse.parse_qsl(parts.query))
        form = dict(urllib.parse.parse_qsl(body))
        {
            ".well-known/openid-configuration": self.describe, "keys": self.keys, "authorize": self.authorize,
            "token": self.token, "about": self.about, "requests": self.asked,
        }[place](given | form)

    do_GET = do_POST = do

    def asked(self, given):
        self.answer(200, [request for request in requests if request.startswith(self.case + "/")])

    def describe(self, given):
        document = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/about", "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            "authorization_response_iss_parameter_supported": self.case != "silent-about-itself",
        }
        if self.case == "another-document": document["issuer"] = "http://127.0.0.1:1/another"
        if self.case == "plain-token": document["token_endpoint"] = "http://192.0.2.1/token"
        if self.case == "file-keys": document["jwks_uri"] = "file:///etc/passwd"
        if self.case == "form-secret": document["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
        self.answer(200, document)

    def keys(self, given):
        keys_asked[self.case] = keys_asked.get(self.case, 0) + 1
        if self.case == "no-keys": return self.answer(200, {"keys": ODD})
        # The provider has another key since.
        if self.case == "rotated": return self.answer(200, {"keys": [KEYS[min(keys_asked[self.case], 2) - 1].public()]})
        self.answer(200, {"keys": ODD + [KEYS[0].public()]})

    def authorize(self, given):
        back = {"state": given["state"]}
        if self.case == "denied": back |= {"error": "access_denied", "error_description": "<script>alert(1)</script>"}
        else:
            back["code"] = secrets.token_urlsafe(16)
            codes[back["code"]] = given
        if self.case != "silent-about-itself": back["iss"] = self.issuer
        if self.case == "mixed-up": back["iss"] = "https://evil.example"
        assert given["code_challenge_method"] == "S256" and given["response_type"] == "code"
        self.answer(302, Location=given["redirect_uri"] + "?" + urllib.parse.urlencode(back))

    def token(self, given):
        header = self.headers.get("Authorization", "")
        pair = f"{urllib.parse.quote(CLIENT, safe='')}:{urllib.parse.quote(SECRET, safe='-._~')}"
        in_header = header == "Basic " + base64.b64encode(pair.encode()).decode()
        in_form = given.get("client_id") == CLIENT and given.get("client_secret") == SECRET
        if not (in_form if self.case == "form-secret" else in_header):
            return self.answer(401, {"error": "invalid_client"})
        begun = codes.get(given.get("code")) if self.case == "forgetful" else codes.pop(given.get("code"), None)
        challenge = text(hashlib.sha256(given.get("code_verifier", "").encode()).digest())
        if begun is None or begun["redirect_uri"] != given.get("redirect_uri") or begun["code_challenge"] != challenge:
            return self.answer(400, {"error": "invalid_grant"})
        if self.case == "redirecting": return self.answer(302, Location=f"{self.issuer}/about")
        access = secrets.token_urlsafe(16)
        codes[access] = begun
        answer = {"access_token": access, "token_type": "Bearer", "id_token": self.identity(begun, access)}
        if self.case == "tokenless": del answer["id_token"]
        self.answer(200, answer)

    def person(self, begun):
        groups = begun.get("groups", "").split(",") if begun.get("groups") else []
        login = begun.get("as", "li.wei")
        return {
            "preferred_username": login, "name": "李伟", "groups": groups, "email": f"{login}@works.example",
            "email_verified": begun.get("verified") == "yes",
        }

    def about(self, given):
        begun = codes.get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if begun is None: return self.answer(401, {"error": "invalid_token"})
        account = begun.get("sub", "account-1")
        self.answer(200, {"sub": "account-9" if self.case == "thin-and-mistaken" else account} | self.person(begun))

    def identity(self, begun, access):
        now = time.time()
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": begun.get("sub", "account-1"), "exp": int(now) + 300,
            "iat": now - 0.25, "nonce": begun["nonce"], "at_hash": text(hashlib.sha256(access.encode()).digest()[:16]),
        }
        if not self.case.startswith("thin"): claims |= self.person(begun)
        claims |= {
            "wrong-issuer": {"iss": "https://evil.example"}, "wrong-audience": {"aud": "another"},
            "many-audiences": {"aud": [CLIENT, "another"]}, "another-party": {"aud": [CLIENT, "x"], "azp": "x"},
            "wrong-nonce": {"nonce": "another"}, "expired": {"exp": int(now) - 120}, "stale": {"iat": int(now) - 4000},
            "future": {"iat": int(now) + 600, "exp": int(now) + 900}, "swapped": {"at_hash": "AAAA"},
        }.get(self.case, {})
        head = {"alg": "RS256", "kid": "first"}
        if self.case == "none": head["alg"] = "none"
        if self.case == "shared-secret": head["alg"] = "HS256"
        if self.case == "unknown-key": head["kid"] = "third"
        if self.case == "unnamed-key": del head["kid"]
        if self.case == "rotated": head["kid"] = "second"
        signed = ".".join(text(json.dumps(part).encode()) for part in (head, claims)).encode()
        if self.case == "none": return signed.decode() + "."
        if self.case == "shared-secret":
            # The public key, which everybody has, as the secret.
            public = json.dumps(KEYS[0].public()).encode()
            return signed.decode() + "." + text(hmac.new(public, signed, hashlib.sha256).digest())
        signature = KEYS[1 if self.case in ("rotated", "wrong-key") else 0].sign(signed)
        if self.case == "changed":
            head, claims["preferred_username"] = head, "finance.director"
            signed = ".".join(text(json.dumps(part).encode()) for part in (head, claims)).encode()
        return signed.decode() + "." + text(signature)


if __name__ == "__main__":
    if len(sys.argv) > 1: sys.exit(__doc__)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(server.server_address[1], flush=True)
    threading.Thread(target=lambda: (sys.stdin.read(), server.shutdown()), daemon=True).start()
    server.serve_forever(poll_interval=0.05)
