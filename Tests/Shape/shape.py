#!/usr/bin/env python3
"""Whether the sources have the shape that docs/develop/architecture.md describes; says what has not, and where.

usage: shape.py [ROOT]

- At most ten files a folder; what is generated, migrations and golden files do not count.
- A service is `<Name>Service.swift`, of fewer than 60 lines, `<Name>Migrations.swift`, `Migrations/`, and folders of
  capabilities. A folder that handles messages exports its capability in `<Folder>Capability.swift`, which the service's
  definition lists.
- A service's SQL stands in files named `…Store`, `…Queries`, `…Query` or `…Replica`, its parts as well.
- A row of five columns or more is read by the names of its columns, into a type; a tuple by another name is a tuple.
- What is added up by a statement is of one currency: it names the currency beside the sum, or adds up within one document.
- "Now" and "today" are the service's: no day is the database's, and neither answers nor what they are seen by know its time.
- A `…Policy` knows no database: it does not import Postgres.
- Migrations are numbered without gaps, each once in the list of the service. A repeatable one makes the one function or
  view that its file is named after, by `create or replace`, so that it can be run again beside the release before. A later
  numbered one may make it for the first time, for a trigger of its own, by `create`; it never replaces it, and what it makes
  is there to be run again.
- A module under `Tests` that is no test target is built for release too, where there is no Testing: a file of it that
  imports Testing stands within `#if canImport(Testing)`.
- No statement names a zone but UTC: a day is told by `SQL.day(of:)`, which knows the organisation's. Functions and views of a
  schema know none at all.
- No service starts another program, nor any module that one is made of: only the command and the console may.
- A statement for a table that is not told page by page puts it in order by no column whose values need a right: the order of rows
  would tell of it whoever reads them. What needs one, docs/contracts/questions.md says. Lists told page by page leave such keys out
  themselves.
- A script of the shell pipes into nothing that stops reading early: under `pipefail` the writer's failure to write would
  be the pipe's.
- Each package and each library of C that Package.swift names has a row in docs/develop/dependencies.md.
- Each test that docs/develop/cases.md names is there: a function of one file of tests, or a script of Tests/EndToEnd that is
  one of its parts or is called by another.
"""
import pathlib
import re
import sys

MOST_FILES = 10
MOST_LINES = 60
HOLDS_SQL = re.compile(r"(Store|Queries|Query|Replica)\.swift$")
SQL = re.compile(
    r"\btransaction\.(query|rows|execute|queue|script|copy)\(|"
    r'"""\s*\n\s*(with \w+|select|insert into|update \w+|delete from)\b|'
    r':\s*SQL\s*(?:=\s*"|in\s*\[)', re.IGNORECASE)

# Rows that are read into tuples, and how many columns at most.
TUPLE = re.compile(r"\bas:\s*\(([^()]*)\)\s*\.self")
NAMED_TUPLE = re.compile(r"\btypealias (\w+) =\s*\(([^()]*)\)(?!\s*->)")
MOST_COLUMNS = 4

MODULE_OF_TESTS = re.compile(r'\.(?:target|executableTarget)\(\s*name: "[^"]+",[^()]*?path: "(Tests/[^"]+)"')
STOPS_EARLY = re.compile(r"(?<!\|)\|[ \t]*(?:\\?\n[ \t]*)?(?:grep (?:-\w+ )*-\w*q|head\b)")

ZONE = re.compile(r"\bat time zone (?!'utc')", re.IGNORECASE)
# What tells days by the organisation's zone, and what compares the database's zones with ours.
KNOWS_ZONES = {"Sources/Postgres/Values/SQL.swift", "Sources/ServiceKit/Host/SchemaZone.swift"}

# The database's time and day. Within a longer name, or called of something, it is another.
CLOCK = re.compile(
    r"(?<![.\w])(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|\bcurrent_timestamp\b", re.IGNORECASE)
CLOCK_DAY = re.compile(r"\bcurrent_date\b|\blocaltimestamp\b|\bday\(of: \"now\(\)\"\)", re.IGNORECASE)
ANSWERS = re.compile(r"(Queries|Query|Replica|Capability)\.swift$|/Repeatable/\w+\.sql$")
# What is measured and not answered: for how long something is there, by the clock that has written since when; how many such
# places a file may have.
MEASURES = {
    "Sources/FinanceService/Approvals/ApprovalQueries.swift": 1,
    "Sources/FinanceService/References/ReferenceQueries.swift": 1,
    "Sources/FinanceService/View/ViewQueries.swift": 1,
    "Sources/SalesService/Ownership/OwnershipLifeStore.swift": 1,
}

# Sums of amounts, by what the columns of amounts are called, and what names one document, which is in one currency.
SUM = re.compile(
    r"\bsum\(\s*(?:coalesce\(|trunc\(|greatest\([^,]*,\s*)*-?(?:\w+\.)?"
    r"(?:amount|revenue|known_revenue|costed_revenue|cost|paid|applied|open|open_amount|reserved|billed|earned|held|rest"
    r"|overdue|exposure|receivable|accepted|unbilled|deposits|credited|disputed|refunded|margin)\b", re.IGNORECASE)
ONE_DOCUMENT = re.compile(r"\b(?:invoice_id|payment_id|order_id|document_id|budget_id)\b")
# What is kept in CNY alone: what a customer is worth.
IN_ONE_CURRENCY = ("Sources/CustomerService/Value/", "Sources/CustomerService/Interactions/ContactStore.swift")

STARTS_PROGRAM = re.compile(
    r"\bProcess\s*\(\)|\bProcess\.run\(|\bSubprocess\b|\bNSTask\b|\bposix_spawnp?\(|\bexec(?:l|le|lp|v|ve|vp|vpe)\(|\bv?fork\(|"
    r"\bpopen\(|(?<![\w.])system\(\"")
MAY_START = ("Sources/WaybillCLI/", "Sources/Console/")

ANSWER = re.compile(r"\| (.+?): (page by page|whole|the first \d+)[^|]* \| (.*) \|")
PROTECTED = re.compile(r"(\w+) \([^()]*needs [^()]*\)")
TABLE = re.compile(r'\btable\(\s*"([^"]+)",\s*"""(.*?)"""', re.DOTALL)
BRACKETS = re.compile(r"\\?\([^()]*\)")
ORDER = re.compile(r"\border\s+by\b(.*?)(?=\blimit\b|\Z)", re.DOTALL | re.IGNORECASE)

# Up to these numbers migrations made what is repeatable now.
NUMBERED_UNTIL = {"CustomerService": 9, "FinanceService": 19}


def counted(path):
    return not path.name.startswith(".") and not path.name.endswith(".generated.swift")


def folders(root):
    for top in (root / "Sources", root / "Tests" / "ServiceTests"):
        for folder in [top] + sorted(p for p in top.rglob("*") if p.is_dir()):
            if not {"Migrations", "Specification", "Golden"} & set(folder.relative_to(root).parts):
                yield folder


def sizes(root):
    for folder in folders(root):
        files = [p for p in folder.iterdir() if p.is_file() and counted(p)]
        if len(files) > MOST_FILES:
            yield f"{folder.relative_to(root)}: {len(files)} files; divide it by subject ({MOST_FILES} at most)"


def rows(root):
    for path in sorted((root / "Sources").rglob("*.swift")):
        place = path.relative_to(root)
        text = path.read_text()
        for match in TUPLE.finditer(text):
            columns = len([part for part in match[1].split(",") if part.strip()])
            if columns > MOST_COLUMNS:
                line = text[:match.start()].count("\n") + 1
                yield f"{place}:{line}: reads {columns} columns by position; read them by name, as a PostgresRow"
        for match in NAMED_TUPLE.finditer(text):
            columns = len([part for part in match[2].split(",") if part.strip()])
            if columns > MOST_COLUMNS and re.search(rf"\bas:\s*{match[1]}\.self", text):
                line = text[:match.start()].count("\n") + 1
                yield f"{place}:{line}: '{match[1]}' is {columns} columns by position; read them by name, as a PostgresRow"


def statements(root):
    """The files of services that hold SQL, with what is in them."""
    for top in sorted((root / "Sources").glob("*Service")):
        for path in sorted([*top.rglob("*.swift"), *top.glob("Migrations/Repeatable/*.sql")]):
            yield path.relative_to(root).as_posix(), path.read_text()


def clocks(root):
    for place, text in statements(root):
        # A comment may speak of it.
        text = re.sub(r"(?m)^\s*(?://|--).*$", "", text)
        found = list(CLOCK_DAY.finditer(text))
        if ANSWERS.search(place):
            days = {match.span() for match in found}
            found += [match for match in CLOCK.finditer(text) if not any(a <= match.start() < b for a, b in days)]
        found.sort(key=lambda match: match.start())
        for match in found[MEASURES.get(place, 0):]:
            line = text.count("\n", 0, match.start()) + 1
            yield f"{place}:{line}: goes by the database's clock; what is now and today is told by the service's"


def around(text, place):
    """What stands in the same parentheses, or the same statement, and where it begins."""
    begin, depth = place, 0
    while begin > 0:
        begin -= 1
        if text.startswith('"""', begin):
            break
        depth += (text[begin] == ")") - (text[begin] == "(")
        if depth < 0:
            break
    end, depth = place, 0
    while end < len(text) and not text.startswith('"""', end):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth < 0:
            break
        end += 1
    return text[begin:end], begin


def sums(root):
    for place, text in statements(root):
        if place.startswith(IN_ONE_CURRENCY):
            continue
        for match in SUM.finditer(text):
            part, begin = around(text, match.start())
            # From a call such as coalesce(sum(…), 0) out to the select that it stands in.
            while begin > 0 and text[begin] == "(" and not re.search(r"\bselect\b", part, re.IGNORECASE):
                part, begin = around(text, begin)
            if "currency" not in part and not ONE_DOCUMENT.search(part):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{place}:{line}: adds up amounts without saying of which currency; group them by it"


def zones(root):
    for path in sorted(p for p in (root / "Sources").rglob("*") if p.suffix in (".swift", ".sql")):
        if path.relative_to(root).as_posix() in KNOWS_ZONES:
            continue
        text = path.read_text()
        for found in ZONE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{path.relative_to(root)}:{line}: names a zone; a day is told by SQL.day(of:), a view tells none"


def programs(root):
    for path in sorted(p for p in (root / "Sources").rglob("*") if p.suffix in (".swift", ".c", ".h")):
        place = path.relative_to(root).as_posix()
        if place.startswith(MAY_START):
            continue
        text = path.read_text()
        for found in STARTS_PROGRAM.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield f"{place}:{line}: starts another program; a service starts none, the command and the console may"


def orders(root):
    catalogue = root / "docs/contracts/questions.md"
    protected = {}
    for line in catalogue.read_text(encoding="utf-8").splitlines() if catalogue.exists() else []:
        found = ANSWER.fullmatch(line)
        # A name that several questions have for a table counts as one: what needs a right in one of them is not ordered by in any.
        if found and found[2] != "page by page": protected.setdefault(found[1], set()).update(PROTECTED.findall(found[3]))
    for path in sorted((root / "Sources").rglob("*.swift")):
        text = path.read_text(encoding="utf-8")
        for statement in TABLE.finditer(text):
            name, sql, before = statement[1], statement[2], None
            while before != sql: before, sql = sql, BRACKETS.sub(" ", sql)
            clauses = ORDER.findall(sql)
            words = set(re.findall(r"\w+", clauses[-1])) if clauses else set()
            for column in sorted(words & protected.get(name, set())):
                line = text.count("\n", 0, statement.start()) + 1
                yield f"{path.relative_to(root)}:{line}: '{name}' is in order by '{column}', whose values need a right"


def modules_of_tests(root):
    manifest = root / "Package.swift"
    for folder in MODULE_OF_TESTS.findall(manifest.read_text() if manifest.exists() else ""):
        for path in sorted((root / folder).rglob("*.swift")):
            text = path.read_text()
            if re.search(r"^\s*(\w+ )?import Testing$", text, re.MULTILINE) and "#if canImport(Testing)" not in text:
                yield f"{path.relative_to(root)}: imports Testing, which a build for release has not"


def pipes(root):
    for top in ("Benchmarks", "Tests", "deploy"):
        for path in sorted((root / top).rglob("*.sh")):
            text = path.read_text()
            for found in STOPS_EARLY.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield (
                    f"{path.relative_to(root)}:{line}: pipes into what stops reading early; "
                    "'grep … >/dev/null' and 'sed -n 1p' read to the end")


def dependencies(root):
    manifest = root / "Package.swift"
    page = root / "docs/develop/dependencies.md"
    rows = re.findall(r"^\| ([^|]+) \|", page.read_text(), re.MULTILINE) if page.exists() else []
    text = manifest.read_text() if manifest.exists() else ""
    named = re.findall(r'\.package\(\s*url: "[^"]*/([\w-]+?)(?:\.git)?"', text) + re.findall(r'pkgConfig: "([\w-]+)"', text)
    for name in sorted(set(named)):
        if name not in rows:
            yield f"{page.relative_to(root)}: has no row for '{name}', which Package.swift names"


def cases(root):
    page = root / "docs/develop/cases.md"
    ends = root / "Tests/EndToEnd"
    text = page.read_text() if page.exists() else ""
    rows = [(number, line.split("|")[2]) for number, line in enumerate(text.splitlines(), 1) if line.count("|") == 3]
    scripts = "".join(path.read_text() for path in sorted(ends.glob("*.sh")))
    # Three lists: the parts that share the first system, those that share another, and those that start their own.
    parts = " ".join(re.findall(r"^(?:shared|walks|own)=\(([^)$]*)\)$", scripts, re.MULTILINE)).split()
    for number, name in ((number, name) for number, shown in rows for name in re.findall(r"`([^`]+)`", shown)):
        place = f"{page.relative_to(root)}:{number}: '{name}'"
        if name.endswith((".sh", ".py")):
            if not (ends / name).exists():
                yield f"{place} is no script of {ends.relative_to(root)}"
            elif name[:-3] not in parts and f"EndToEnd/{name}" not in scripts:
                yield f"{place} is run by nothing"
            continue
        file, _, function = name.rpartition(".")
        found = [path for path in sorted((root / "Tests").rglob(f"{file.split('/')[-1]}.swift"))
                 if path.as_posix().endswith(f"/{file}.swift")]
        if len(found) != 1:
            yield f"{place} is of {len(found)} files of tests"
        elif not re.search(rf"@Test\b(?:(?!@Test\b|\bfunc\b)[\s\S])*?\bfunc {re.escape(function)}\(", found[0].read_text()):
            yield f"{place} is no test of {found[0].relative_to(root)}"


def migrations(root, service, listed):
    folder = service / "Migrations"
    numbers = []
    repeatable = {p.stem for p in (folder / "Repeatable").glob("*.sql")}
    for path in sorted(folder.glob("*")):
        if path.name == "Repeatable":
            continue
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", path.name)
        if not match:
            yield f"{path.relative_to(root)}: is not named 0001_what_it_does.sql"
            continue
        numbers.append(int(match[1]))
        if numbers[-1] > NUMBERED_UNTIL.get(service.name, 0):
            made = re.findall(
                r"^create or replace (?:function|view) (\w+)", path.read_text(), re.MULTILINE | re.IGNORECASE)
            for name in sorted(repeatable & set(made)):
                yield f"{path.relative_to(root)}: replaces '{name}'; change Repeatable/{name}.sql instead"
        made = re.findall(
            r"^create (?:or replace )?(?:function|view) (\w+)", path.read_text(), re.MULTILINE | re.IGNORECASE)
        for name in sorted(set(made) - repeatable):
            yield f"{path.relative_to(root)}: makes '{name}', which is not repeatable; add Repeatable/{name}.sql"
        name = f"_{path.name[1:].replace('.', '_')}"
        if len(re.findall(rf"\b{name}\b", listed)) != 1:
            yield f"{path.relative_to(root)}: is not once in the list of migrations"
    # The table of a replica is made by the step that ServiceKit has for it, with a number of the service.
    numbers += [int(number) for number in re.findall(r"\.migration\((\d+)\)", listed)]
    if sorted(set(numbers)) != list(range(1, len(set(numbers)) + 1)):
        yield f"{folder.relative_to(root)}: the numbers have a gap"
    for path in sorted((folder / "Repeatable").glob("*")):
        text = re.sub(r"--.*", "", path.read_text())
        made = re.findall(r"^create (?:or replace )?\w+ (\w+)", text, re.MULTILINE | re.IGNORECASE)
        if path.suffix != ".sql" or made != [path.stem]:
            yield f"{path.relative_to(root)}: does not make '{path.stem}' and nothing else"
        elif not re.match(r"\s*create or replace (function|view) ", text, re.IGNORECASE):
            yield f"{path.relative_to(root)}: is no 'create or replace' of a function or view"
        if re.search(r"^\s*(drop|alter) ", text, re.MULTILINE | re.IGNORECASE):
            yield f"{path.relative_to(root)}: takes away or alters what the release before may use"
        if len(re.findall(rf"\b{path.stem}_sql\b", listed)) != 1:
            yield f"{path.relative_to(root)}: is not once in the list of repeatable migrations"


def service(root, path):
    module = path.name
    place = path.relative_to(root)
    definition = path / f"{module}.swift"
    text = definition.read_text() if definition.exists() else ""
    if not 0 < len(text.splitlines()) < MOST_LINES:
        yield f"{place}/{definition.name}: is to have fewer than {MOST_LINES} lines, and some"
    list_name = f"{module.removesuffix('Service')}Migrations.swift"
    listed = (path / list_name).read_text() if (path / list_name).exists() else ""
    for file in sorted(p for p in path.iterdir() if p.is_file()):
        if file.name not in (definition.name, list_name):
            yield f"{place}/{file.name}: belongs into the folder of a capability"
    yield from migrations(root, path, listed)
    for folder in sorted(p for p in path.iterdir() if p.is_dir() and p.name != "Migrations"):
        if not re.fullmatch(r"[A-Z][A-Za-z]+", folder.name):
            yield f"{place}/{folder.name}: is no name of a capability"
        if any(p.is_dir() for p in folder.iterdir()):
            yield f"{place}/{folder.name}: has folders in it; a capability is one folder"
        names = {p.name for p in folder.glob("*.swift")}
        capabilities = {n for n in names if n.endswith("Capability.swift")}
        expected = f"{folder.name}Capability.swift"
        if capabilities - {expected}:
            yield f"{place}/{folder.name}: its capability is to be called {expected}"
        handles = any(re.search(r"(Handlers|Tasks|Notices)\.swift$", n) for n in names)
        if handles and expected not in names:
            yield f"{place}/{folder.name}: handles messages or tasks but exports no {expected}"
        entry = folder.name[:1].lower() + folder.name[1:]
        if expected in names and not re.search(rf"[\s\[(]\.{entry}\b", text):
            yield f"{place}/{folder.name}: its capability is not in the list of {definition.name}"
        for name in sorted(names):
            source = (folder / name).read_text()
            if SQL.search(source) and not HOLDS_SQL.search(name):
                yield f"{place}/{folder.name}/{name}: SQL belongs into …Store, …Queries, …Query or …Replica"
            if name.endswith("Policy.swift") and re.search(r"^import Postgres$", source, re.MULTILINE):
                yield f"{place}/{folder.name}/{name}: a policy is pure: it does not import Postgres"


def problems(root):
    root = pathlib.Path(root)
    yield from sizes(root)
    yield from rows(root)
    yield from zones(root)
    yield from clocks(root)
    yield from sums(root)
    yield from programs(root)
    yield from orders(root)
    yield from modules_of_tests(root)
    yield from pipes(root)
    yield from dependencies(root)
    yield from cases(root)
    for path in sorted((root / "Sources").glob("*Service")):
        yield from service(root, path)
    host = root / "Sources/ServiceKit"
    if host.exists():
        yield from migrations(root, host, (host / "Host/ServiceHost.swift").read_text())


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    found = list(problems(root))
    print("\n".join(found) if found else "the sources have their shape")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
