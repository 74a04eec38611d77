"""The server of mail that the notifier hands over to, killed and started again, and what is in its mailboxes in the end.

It is the server of the channels' tests. What it says that it has taken is on disk by then, so that it knows in the end what it
took before it was killed.
"""
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

from plan import SERVICES

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "deploy/local"))
from free_port import free_port  # noqa: E402

PROGRAM = ROOT / "Tests/ChannelsTests/servers.py"
DOMAIN = "chaos.example"


class MailServer:
    def __init__(self, world):
        self.store = world.directory / "mails.jsonl"
        self.store.touch()
        self.settings = {"port": free_port(), "store": str(self.store), "security": "none", "isSafe": False}
        self.process = None
        self.python = next((python for python in (sys.executable, "/usr/bin/python3") if subprocess.run(
            [python, str(PROGRAM), "check"], capture_output=True).returncode == 0), None)
        if self.python is None:
            raise RuntimeError("needs a python3 that has aiosmtpd: apt-get install python3-aiosmtpd")
        channels = world.directory / "channels.json"
        channels.write_text(json.dumps({
            "channels": [{"name": "mail", "kind": "mail", "host": "127.0.0.1", "port": self.settings["port"], "security": "none",
                          "from": {"address": f"notices@{DOMAIN}"}, "perMinute": 100_000,
                          "connectSeconds": 5, "silenceSeconds": 10, "seconds": 20}],
            "nodes": [{"node": "*", "channels": ["mail"]}]}))
        # Everybody has a mailbox by their login.
        self.environment = {"WAYBILL_CHANNELS": str(channels), "WAYBILL_NOTICE_MAIL_DOMAIN": DOMAIN}

    def start(self):
        self.process = subprocess.Popen(
            [self.python, str(PROGRAM), "smtp", json.dumps(self.settings)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, start_new_session=True)
        if not self.process.stdout.readline().strip():
            raise RuntimeError("the server of mail does not start")

    def kill(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
        self.process = None

    def taken(self):
        """By the number of the handover: whom it went to, each time."""
        found = {}
        for line in self.store.read_text().splitlines():
            try:
                mail = json.loads(line)
            except ValueError:
                # It was killed while it wrote, so it has never said that it has this one.
                continue
            identifier = next(value for name, value in mail["headers"] if name.lower() == "message-id")
            found.setdefault(identifier.strip("<>").split("@")[0], []).append(mail["recipients"])
        return found


def is_handed_over(world):
    """Whether nothing is left that could be handed over now. What a killed copy had in hand waits for the end of its lease."""
    return world.sql(
        "select count(*) from notifier.handover where state = 'queued' and due_at <= now() and next_try_at <= now() + interval "
        "'30 seconds' and (taken_until is null or taken_until <= now())") == [["0"]]


def check(world, verdict):
    """Every notice that was raised is known; everybody whom one is told has it in a handover; each is in the mailbox, or visibly waits,
    or nobody needs it any more."""
    raised = set()
    for service in SERVICES:
        raised |= {row[0] for row in world.sql(
            f"select distinct convert_from(body, 'UTF8')::jsonb -> 'data' ->> 'noticeId' from {service}.outbox "
            "where routing_key in ('notice.raised.v1', 'notice.changed.v1', 'notice.cleared.v1')")}
    known = {row[0] for row in world.sql("select notice_id from notifier.notice")}
    verdict.lost += [f"notice {id} is not known to the notifier" for id in raised - known]
    verdict.unexpected += [f"notice {id} was never raised" for id in known - raised]
    verdict.lost += [f"notice {row[0]} is in no handover to {row[1]}" for row in world.sql(
        "select r.notice_id, r.login from notifier.recipient r where not exists (select from notifier.handover_notice i "
        "where i.notice_id = r.notice_id and i.login = r.login and i.occasion = r.occasion)")]
    handovers = {row[0]: row for row in world.sql("select handover_id, login, state, attempts from notifier.handover")}
    mails = world.mail.taken()
    for id, (_, login, state, attempts) in handovers.items():
        if state == "handed-over" and id not in mails:
            verdict.lost.append(f"handover {id} to {login} is in no mailbox")
        if state == "refused":
            verdict.unexpected.append(f"handover {id} to {login} was refused")
        # Once more only when it was tried once more: a copy or the server was killed before what it had done was known.
        if len(mails.get(id, [])) > int(attempts):
            verdict.duplicated.append(f"handover {id} to {login} was mailed {len(mails[id])} times in {attempts} attempts")
    for id, recipients in mails.items():
        if id not in handovers:
            verdict.unexpected.append(f"a mail to {recipients} is of no handover")
        elif any(one != [f"{handovers[id][1]}@{DOMAIN}"] for one in recipients):
            verdict.unexpected.append(f"handover {id} to {handovers[id][1]} was mailed to {recipients}")
    states = Counter(row[2] for row in handovers.values())
    verdict.figures.update({
        "notices": len(raised), "mails": len(mails), "mails again": sum(len(one) - 1 for one in mails.values()),
        "handovers": dict(sorted(states.items()))})
