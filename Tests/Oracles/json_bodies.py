#!/usr/bin/env python3
"""Made bodies of JSON, sound and broken, and what Python's json makes of each.

usage: json_bodies.py SEED COUNT
A line for each: the body in Base64, a tab, and its content written one way only, or '-' when it is to be refused. Besides what
Python refuses we refuse what Python lets pass: a key that stands twice, U+0000, half a surrogate pair, a number that other
languages cannot hold, nesting beyond 32. A byte order mark in front is passed over.
"""
import base64
import json
import random
import sys

DEPTH = 32
LARGEST = 2**53 - 1
TEXTS = ["", "a", "order_id", "昆山", "🚚", "é", "\u2028", "\x7f", "\ufffd", "\U0010ffff", "\u0080", "\ud7ff", "\ue000", "/"]
WRITTEN = ["\\u0041", "\\ud83d\\ude9a", "\\ud83d", "\\ude9a", "\\ud83d\\u0041", "\\u0000", "\\n", "\\/", "\\\"", "\\\\", "\\b",
           "\\x", "\\u12", "\\uD83D\\uDE9A", "\\U0041", "\t", "\x00", "\x1f"]
NUMBERS = ["0", "-0", "1", "-17", "9007199254740991", "9007199254740992", "-9007199254740991", "10000000000000000", "0.1", "-0.0", "1e3",
           "1E+15", "1e-400", "1e400", "01", "1.", ".5", "-", "+1", "1e", "1e+", "0x1", "9007199254740991.5", "NaN", "-Infinity",
           "9007199254740990.9", "123456789012345678901234567890", "1.0e0", "00", "-01", "1٣"]
PIECES = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"\x00", b"\x1f", b" ", b"\n", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
          b"\xff", b"\xef\xbb\xbf", b"\xe6\x98", b"null", b"tru", b"//", b"0", b"-", b"e", b".", b"\xc2\xa0", b"\x0c", b"'", b"\\u"]


def string(r):
    parts = []
    for _ in range(r.randrange(4)):
        parts.append(r.choice(TEXTS) if r.random() < 0.8 else r.choice(WRITTEN[:11] if r.random() < 0.8 else WRITTEN))
    return '"' + "".join(parts).replace("\n", "\\n") + '"'


def space(r):
    return r.choice(["", "", "", " ", "\n", "\t\r "])


def value(r, depth=0):
    kind = r.random()
    if depth < 5 and kind < 0.35:
        count = r.choice([0, 1, 2, 3, 3, 20]) if depth < 2 else r.randrange(3)
        names = r.sample([f'"k{i}"' for i in range(40)] + [string(r) for _ in range(3)], count)
        if names and r.random() < 0.05:
            names[-1] = r.choice(names)
        members = [f"{space(r)}{name}{space(r)}:{space(r)}{value(r, depth + 1)}{space(r)}" for name in names]
        return "{" + (",".join(members) or space(r)) + "}"
    if depth < 5 and kind < 0.6:
        return "[" + (",".join(space(r) + value(r, depth + 1) + space(r) for _ in range(r.randrange(4))) or space(r)) + "]"
    if kind < 0.8:
        return string(r)
    if kind < 0.92:
        return r.choice(NUMBERS[:7] if r.random() < 0.8 else NUMBERS)
    return r.choice(["true", "false", "null"])


def mutated(r, body, other):
    body = bytearray(body)
    for _ in range(r.choice([1, 1, 1, 2, 4])):
        place = r.randrange(len(body) + 1)
        end = min(len(body), place + r.randrange(1, 9))
        act = r.randrange(7)
        if act == 0 and body:
            body[min(place, len(body) - 1)] ^= 1 << r.randrange(8)
        elif act == 1:
            del body[place:end]
        elif act == 2:
            body[place:place] = r.choice(PIECES)
        elif act == 3:
            body[place:place] = body[place:end]
        elif act == 4:
            body = body[:place]
        elif act == 5:
            body[place:end] = other[:r.randrange(9)]
        else:
            body[place:end] = r.choice(PIECES)
    return bytes(body)


def bodies(seed, count):
    r = random.Random(seed)
    other = b"{}"
    for _ in range(count):
        text = space(r) + value(r) + space(r)
        if r.random() < 0.02:
            nested = r.randrange(DEPTH - 4, DEPTH + 4)
            text = "[" * nested + "]" * nested
        body = text.encode("utf-8")
        if r.random() < 0.03:
            body = b"\xef\xbb\xbf" + body
        yield body if r.random() < 0.35 else mutated(r, body, other)
        other = body


class Refused(Exception):
    pass


def checked(text):
    if "\0" in text or any(0xD800 <= ord(c) < 0xE000 for c in text):
        raise Refused
    return text.encode("utf-8").hex()


def whole(text):
    if abs(int(text)) > LARGEST:
        raise Refused
    return Number(text)


def fraction(text):
    if not abs(float(text)) <= LARGEST:
        raise Refused
    return Number(text)


def members(pairs):
    names = [checked(name) for name, _ in pairs]
    if len(set(names)) < len(names):
        raise Refused
    return Object(zip(names, (v for _, v in pairs)))


def refuse(_):
    raise Refused


class Number(str):
    pass


class Object(list):
    pass


def one_way(value, depth=0):
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return f'"{checked(value)}"'
    if isinstance(value, bool) or value is None:
        return {True: "t", False: "f", None: "n"}[value]
    if depth == DEPTH:
        raise Refused
    if isinstance(value, Object):
        return "{" + ",".join(f"{name}:{one_way(v, depth + 1)}" for name, v in value) + "}"
    return "[" + ",".join(one_way(v, depth + 1) for v in value) + "]"


def verdict(body):
    try:
        text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
        return one_way(json.loads(
            text, parse_int=whole, parse_float=fraction, parse_constant=refuse, object_pairs_hook=members))
    except (ValueError, RecursionError, Refused):
        return "-"


if __name__ == "__main__":
    for made in bodies(int(sys.argv[1]), int(sys.argv[2])):
        print(base64.b64encode(made).decode(), verdict(made), sep="\t")
