#!/usr/bin/env python3
"""Prints a loopback port that nothing listens on now, below those that connections going out are given, and another one each time,
whoever asks: a port that was chosen must still be free when its server starts.

usage: free_port.py
"""
import fcntl, os, socket, sys

FIRST, COUNT = 20_000, 12_000


def free_port():
    with open("/tmp/waybill-ports-%d" % os.getuid(), "a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        last = int(file.read().strip() or FIRST)
        for step in range(1, COUNT + 1):
            port = FIRST + (last - FIRST + step) % COUNT
            with socket.socket() as probe:
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError:
                    continue
            file.truncate(0)
            file.write(str(port))
            return port
    sys.exit("no port from %d to %d is free" % (FIRST, FIRST + COUNT - 1))


if __name__ == "__main__":
    print(free_port())
