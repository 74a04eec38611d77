"""When what breaks: made from the seed alone, so that the same seed is the same plan."""
import random
from dataclasses import dataclass

SERVICES = ("customer", "sales", "servicedesk", "finance", "supplier", "notifier")
COPIES = (1, 2)
# Kind of fault, how often it is drawn.
KINDS = (
    ("kill-service", 10), ("pause-service", 4), ("roll-service", 3), ("kill-node", 3), ("pause-node", 2), ("cut-node", 2),
    ("stop-database", 3), ("memory-alarm", 2), ("broker-reset", 4), ("broker-blackhole", 2), ("broker-slow", 2),
    ("broker-slices", 2), ("cut-confirm", 4), ("cut-acknowledgement", 4), ("cut-commit", 4), ("cut-commit-answer", 4),
    ("database-reset", 3), ("database-stall", 2), ("database-slow", 2),
    ("kill-mail", 3),
)


@dataclass
class Fault:
    at: float
    kind: str
    target: str
    seconds: float

    def __str__(self):
        return f"{self.at:7.1f} s  {self.kind:<20} {self.target:<14} {self.seconds:4.1f} s"


def plan(seed, seconds, pause=4.0, only=()):
    """A fault about every so many seconds, in order, until shortly before the end."""
    draw = random.Random(f"faults {seed}")
    kinds = [kind for kind, weight in KINDS for _ in range(weight) if not only or kind in only]
    # Each kind once first, in an order of the seed's, so that a run of any length that allows it has them all.
    first = sorted(set(kinds))
    draw.shuffle(first)
    faults, at = [], 3.0
    while at < seconds - 5:
        kind = first.pop() if first else draw.choice(kinds)
        target = ""
        if kind.endswith("-service"):
            target = f"{draw.choice(SERVICES)}/{draw.choice(COPIES)}"
            if kind == "roll-service":
                target = target.split("/")[0]
        elif kind.endswith("-node") or kind.startswith("broker-") or kind in ("memory-alarm", "cut-confirm", "cut-acknowledgement"):
            target = str(draw.choice((1, 2, 3)))
        faults.append(Fault(round(at, 1), kind, target, round(draw.uniform(1, 9), 1)))
        at += draw.uniform(0.5 * pause, 1.5 * pause)
    return faults


def rolling(seed):
    """In which order copies are replaced by the next build: whichever, by the seed, whoever publishes and whoever reads.

    Each step is ("schema", service) or ("copy", name). A copy of the next build runs on no schema of the one before; so a
    schema comes before its first copy, and otherwise whenever the seed says.
    """
    draw = random.Random(f"rolling {seed}")
    copies = [f"{service}/{number}" for service in SERVICES for number in COPIES]
    draw.shuffle(copies)
    steps = [("copy", name) for name in copies]
    for service in draw.sample(SERVICES, len(SERVICES)):
        first = min(place for place, (kind, name) in enumerate(steps) if kind == "copy" and name.split("/")[0] == service)
        steps.insert(draw.randint(0, first), ("schema", service))
    return steps
