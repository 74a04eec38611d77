"""What somebody sees and may do, worked out apart: from the file of a policy, the file of an organisation and the document of
questions, by nothing of the services. What the lines of a policy come to is worked out by permissions.py.

The organisation is a CSV file of the form of docs/business/people.md. Of an object is known whose it is, to which node it belongs
and of which day it is: its home. How near it is to somebody follows:

    own             it is theirs
    same-team       whose it is belongs to the same node as they, or reports to them
    same-branch     its node was, on its day, theirs or below theirs
    other-branch    … below their division: the nearest division or centre above their node
    other-division  … below any division or centre
    group           none of these
"""
import csv
import datetime
import re

from permissions import KINDS, RELATIONS, SCOPES, UNOWNED, decide, may

# What belongs to nobody and to no node is seen as a whole or not at all.
OWNED = set(KINDS) - UNOWNED
# As far as somebody asks for, when that is less than they may see.
WITHIN = {"own": 0, "team": 1, "node": 2, "division": 3, "group": 5, None: 5}
FOREVER = datetime.date.max


def day(text, otherwise=None):
    return datetime.date.fromisoformat(text) if text else otherwise


class Book:
    """Who belongs where, day by day."""

    def __init__(self, path):
        self.nodes, self.people = {}, {}
        for row in csv.DictReader(open(path, newline="", encoding="utf-8")):
            row = {name: value or None for name, value in row.items()}
            life = self.people.setdefault(row["login"], []) if row["login"] else self.nodes.setdefault(row["node"], [])
            life.append((day(row["from"]), day(row["until"], FOREVER), row))

    @staticmethod
    def on(life, when):
        return next((row for first, last, row in life or [] if first <= when <= last), None)

    def person(self, login, when):
        return self.on(self.people.get(login), when)

    def path(self, node, when):
        """A node and those above it, as they were on a day."""
        path = []
        while node is not None and (row := self.on(self.nodes.get(node), when)) is not None:
            path.append((node, row["kind"]))
            node = row["parent"]
        return path

    def division(self, node, when):
        return next((name for name, kind in self.path(node, when) if kind in ("division", "centre")), None)

    def relation(self, login, home, today):
        """How near an object is to somebody. Their own place is that of today."""
        owner, branch, when = home
        if owner is not None and owner == login:
            return "own"
        mine, theirs = self.person(login, today), owner and self.person(owner, today)
        if mine and theirs and (mine["node"] == theirs["node"] or theirs["manager"] == login):
            return "same-team"
        above = [name for name, _ in self.path(branch, when or today)] if branch else []
        if mine and mine["node"] in above:
            return "same-branch"
        if mine and (division := self.division(mine["node"], today)) and division in above:
            return "other-branch"
        return "other-division" if branch and self.division(branch, when or today) else "group"


class Sight:
    """What people see by a policy and may do by it."""

    def __init__(self, policy, book, today):
        self.policy, self.book, self.today = policy, book, today
        self.roles = {person["login"]: person["roles"] for person in policy["people"]}

    def parts(self, login, kind, totals=False, within=None, right="see"):
        """By whose place, over which relations and with which fields something is seen, or exported: by one's own roles, and as lent."""
        roles = self.roles.get(login, [])
        relations = RELATIONS if kind in OWNED else ["group"]
        outcomes = ("full", "totals") if totals else ("full",)
        asked = WITHIN[within] if kind in OWNED else 5

        def part(whose, roles, most, outcomes, lent=None, without=frozenset()):
            rulings = {near: may(self.policy, roles, right, kind, near) for near in relations}
            seen = {near: ruling for near, ruling in rulings.items()
                    if RELATIONS.index(near) <= most and ruling[0] in outcomes}
            if not seen:
                return []
            fields = set.intersection(*(ruling[1] for ruling in seen.values())) - without
            return [(whose, set(seen), fields & set(lent.get("fields", [])) if lent else fields)]

        found = part(login, roles, asked, outcomes)
        rulings = [may(self.policy, roles, right, kind, near) for near in relations]
        if rulings[-1][2] or login not in self.roles:    # a line takes everything, or nobody is known by that name
            return found
        taken = frozenset().union(*(ruling[3] for ruling in rulings))
        for lent in self.policy.get("delegations", []):
            if lent["to"] != login or not lent["from"] <= self.today.isoformat() <= lent["until"]: continue
            if right not in lent["rights"] or kind not in lent["kinds"]: continue
            most = min(SCOPES.index(lent["scope"]), asked)
            found += part(lent["of"], self.roles[lent["of"]], most, ("full",), lent, taken)
        return found

    def fields(self, login, kind, totals=False, within=None, right="see"):
        """The protected fields that are told of every object that is seen, or exported."""
        parts = self.parts(login, kind, totals, within, right)
        return set.intersection(*(fields for _, _, fields in parts)) if parts else set()

    def sees(self, login, kind, homes, totals=False, within=None, right="see"):
        """Whether an object is seen, or may be exported. Of one with several homes each is a way."""
        return any(self.near(whose, kind, home) in relations for whose, relations, _ in
                   self.parts(login, kind, totals, within, right) for home in homes)

    def near(self, login, kind, home):
        return self.book.relation(login, home, self.today) if kind in OWNED else "group"

    def does(self, login, right, kind, homes):
        """Whether somebody may act upon an object; of one with several homes the nearest counts, of none it is the group's."""
        if login not in self.roles:
            return False
        homes = homes or [(None, None, None)]
        nearest = lambda whose: min((self.near(whose, kind, home) for home in homes), key=RELATIONS.index)
        others = {lent["of"]: nearest(lent["of"]) for lent in self.policy.get("delegations", [])}
        return decide(self.policy, login, right, kind, nearest(login), self.today.isoformat(), others)[0] == "full"


# MARK: The document of questions

class Table:
    """A table of an answer, as the document describes it."""

    def __init__(self, question, name, words, columns):
        self.name, self.is_paged = name, words.startswith("page by page")
        first, *rest = words.split("; ")
        self.sums = "sums" in rest
        self.totals = next((part[10:].split(", ") for part in rest if part.startswith("totals of ")), [])
        self.shows = next((part[6:] for part in rest if part.startswith("shows ")), question.shows)
        self.keys = []    # (name, whether it goes downwards, which field it needs)
        if self.is_paged:
            for part in re.split(r", (?![^(]*\))", first[len("page by page, by "):]):
                match = re.fullmatch(r"(.*?)( downwards)?(?: \(needs ([a-z-]+)\))?", part)
                self.keys.append((match[1].replace(" ", "_"), bool(match[2]), match[3]))
        told, _, further = columns.partition("and further ones by what is asked")
        self.is_varying = "and further ones by what is asked" in columns
        self.columns = {}    # the field that each needs
        for match in re.finditer(r"([^,()]+?) \(([^()]*)\)", told):
            need = re.search(r"needs ([a-z-]+)", match[2])
            self.columns[match[1].strip().removeprefix(", ")] = need and need[1]
        for match in re.finditer(r"(\w+) needs ([a-z-]+)", further):
            self.columns[match[1]] = match[2]

    def is_named(self, name):
        return name.startswith(self.name[:-1]) if self.name.endswith("…") else name == self.name

    def withheld(self, fields, names=None):
        """The columns that are blank for who sees these fields."""
        names = self.columns if names is None else names
        return [name for name in names if self.columns.get(name) and self.columns[name] not in fields]

    def order(self, fields):
        """The keys that the list is ordered by for who sees these fields."""
        return [(name, down) for name, down, need in self.keys if (need or self.columns.get(name)) in {None} | fields]


class Question:
    """A question, as the document describes it."""

    def __init__(self, service, name):
        self.service, self.name = service, name
        self.shows, self.is_of_whole, self.is_for_everybody = None, False, False
        self.takes = {}    # by name: whether it is required, what it is, and [(field, the words with which it needs it)]
        self.tables = []

    def table(self, name):
        return next((table for table in self.tables if table.is_named(name)), None)

    @property
    def cursor(self):
        return "next" if "next" in self.takes else "after"


def questions(path):
    """The questions of docs/contracts/questions.md, those of every service once for each."""
    found, service, question = [], None, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("## "):
            service = line[3:]
        elif line.startswith("### "):
            question = Question(None if service == "Every service" else service, line[4:])
            found.append(question)
        elif question is None:
            continue
        elif match := re.fullmatch(r"Shows `([a-z-]+)`(.*)\.", line):
            question.shows, question.is_of_whole = match[1], "see all of these" in match[2]
            question.is_for_everybody = "to everybody" in match[2]
        elif match := re.match(r"\| `([^`]+)`(, required)? \| (.*?) \| (.*) \|$", line):
            needs = [(need[1], set(re.findall(r"`([^`]+)`", need[2])) if need[2] else None)
                     for need in re.finditer(r"Needs `([a-z-]+)`(?: with ((?:`[^`]+`(?:, )?)+))?\.", match[4])]
            question.takes[match[1]] = (bool(match[2]), match[3], needs)
        elif match := re.match(r"\| (.+?): (whole.*?|the first \d+.*?|page by page, by .*?) \| (.*) \|$", line):
            question.tables.append(Table(question, match[1], match[2], match[3]))
    for question in found:
        if question.shows is None:
            raise SystemExit(f"{path} does not say what '{question.name}' shows: it is older than the catalogue")
    return found
