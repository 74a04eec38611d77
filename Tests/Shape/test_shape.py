#!/usr/bin/env python3
"""Whether shape.py notices: a small made tree that has its shape, and in it one mistake at a time."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import shape  # noqa: E402

SOUND = {
    "Sources/DeskService/DeskService.swift": "enum DeskService { static let all = [.visits] }\n",
    "Sources/DeskService/DeskMigrations.swift": "PackageResources._001_visit_sql PackageResources.visit_count_sql\n",
    "Sources/DeskService/Migrations/0001_visit.sql": "create table visit ();\n",
    "Sources/DeskService/Migrations/Repeatable/visit_count.sql":
        "-- How many.\ncreate or replace function visit_count() returns integer language sql as $$ select 1 $$;\n",
    "Sources/DeskService/Visits/VisitsCapability.swift": "extension Capability {}\n",
    "Sources/DeskService/Visits/VisitHandlers.swift": "try VisitStore.put(rows, transaction)\n",
    "Sources/DeskService/Visits/VisitStore.swift":
        "try transaction.queue(\"insert into visit values (now() at time zone 'utc')\")\n",
    "Sources/DeskService/Visits/VisitPolicy.swift": "import Domain\n",
    "Tests/ServiceTests/Desk/VisitTests.swift": "import Testing\n@Test(\n \"is kept\", arguments: [1]) func kept(_ n: Int) {}\nfunc made() {}\n",
    "Sources/WaybillCLI/Printer.swift": "let process = Process()\n",
    "Sources/Kit/Work.swift": "struct ChildProcess {}\nlet known = isKnown_system(source)\n",
    "Tests/EndToEnd/run.sh": "shared=(visits)\nTests/EndToEnd/$part.sh\n",
    "Tests/EndToEnd/visits.sh": "python3 Tests/EndToEnd/look.py\n",
    "Tests/EndToEnd/look.py": "",
    "docs/develop/cases.md": "| met | shown by |\n|---|---|\n| a visit is lost | `Desk/VisitTests.kept`, `visits.sh`, `look.py` |\n",
    "Tests/Support/Visits.swift": "#if canImport(Testing)\n    package import Testing\n#endif\n",
    "Tests/visits.sh": "list | grep visit >/dev/null\nlist | sed -n 1p\nlist || head -n 1 file\ngrep -q visit file\n",
    "docs/develop/dependencies.md": "| package | what for |\n|---|---|\n| swift-log | words |\n| zlib | files |\n",
    "Package.swift": '.package(url: "https://github.com/apple/swift-log.git", from: "1.0.0"),\n'
        '.systemLibrary(name: "CZlib", pkgConfig: "zlib"),\n.target(\n name: "Support", dependencies: ["Domain"], path: "Tests/Support"),\n',
}
DESK = "Sources/DeskService/"


class Shape(unittest.TestCase):
    def problems(self, changes):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "Tests/ServiceTests").mkdir(parents=True)
            for name, text in {**SOUND, **changes}.items():
                if text is not None:
                    (root / name).parent.mkdir(parents=True, exist_ok=True)
                    (root / name).write_text(text)
            return list(shape.problems(root))

    def test_sound(self):
        self.assertEqual(self.problems({}), [])
        # A trigger needs its function when it is made, before the repeatable ones are run.
        first = "create table visit ();\ncreate function visit_count() as $$ $$;\n"
        self.assertEqual(self.problems({f"{DESK}Migrations/0001_visit.sql": first}), [])
        # Sums by currency, or of one document; and a clock of Swift.
        told = """let now = clock.now()
            \"\"\"
            select currency, coalesce(sum(amount), 0) from visit group by 1
            \"\"\"
            \"\"\"
            select v.code, (select sum(p.paid) from part p where p.order_id = v.order_id) from visit v
            \"\"\"
            """
        self.assertEqual(self.problems({f"{DESK}Visits/VisitQueries.swift": told}), [])
        # A step of ServiceKit's takes a number and has no file.
        listed = SOUND[f"{DESK}DeskMigrations.swift"] + " accounts.migration(2) PackageResources._003_late_sql"
        later = {f"{DESK}DeskMigrations.swift": listed, f"{DESK}Migrations/0003_late.sql": "create table late ();\n"}
        self.assertEqual(self.problems(later), [])

    def test_mistakes(self):
        many = {f"{DESK}Visits/Part{i}.swift": "" for i in range(7)}
        cases = [
            (many, "11 files"),
            ({f"Tests/ServiceTests/Desk/{i}Tests.swift": "" for i in range(10)}, "11 files"),
            ({f"{DESK}DeskService.swift": ".visits\n" * 60}, "fewer than 60 lines"),
            ({f"{DESK}DeskService.swift": None}, "fewer than 60 lines"),
            ({f"{DESK}DeskService.swift": "enum DeskService {}\n"}, "not in the list of DeskService.swift"),
            ({f"{DESK}Helper.swift": ""}, "folder of a capability"),
            ({f"{DESK}visits2/A.swift": ""}, "no name of a capability"),
            ({f"{DESK}Visits/Deep/A.swift": ""}, "a capability is one folder"),
            ({f"{DESK}Visits/VisitsCapability.swift": None}, "exports no VisitsCapability.swift"),
            ({f"{DESK}Visits/OtherCapability.swift": ""}, "is to be called VisitsCapability.swift"),
            ({f"{DESK}Visits/VisitHandlers.swift": "try transaction.query(text)"}, "SQL belongs into"),
            ({f"{DESK}Visits/VisitRules.swift": 'let a = """\n    select 1\n    """'}, "SQL belongs into"),
            ({f"{DESK}Visits/VisitRules.swift": 'let part: SQL = "visit_id = 1"'}, "VisitRules.swift: SQL belongs into"),
            ({f"{DESK}Visits/VisitRules.swift": 'for part: SQL in ["a", "b"] {'}, "VisitRules.swift: SQL belongs into"),
            ({f"{DESK}Visits/VisitPolicy.swift": "import Postgres\n"}, "a policy is pure"),
            ({f"{DESK}Visits/VisitStore.swift": "try query(sql,\n as: (\n Int, Int, Int, Int, Int\n ).self)"},
             "VisitStore.swift:2: reads 5 columns"),
            ({f"{DESK}Visits/VisitStore.swift":
              "\nprivate typealias Row = (\n Int, Int, Int, Int, Int\n)\ntry query(sql, as: Row.self)"},
             "VisitStore.swift:2: 'Row' is 5 columns"),
            ({f"{DESK}Visits/VisitStore.swift": "\nwhere until_day >= current_date"}, "VisitStore.swift:2: goes by the database's"),
            ({f"{DESK}Visits/VisitStore.swift": 'SQL.day(of: "now()")'}, "VisitStore.swift:1: goes by the database's"),
            ({f"{DESK}Visits/VisitsCapability.swift": "t.at < clock_timestamp()"}, "VisitsCapability.swift:1: goes by"),
            ({f"{DESK}Visits/VisitQueries.swift": "// now()\nselect now() - at"}, "VisitQueries.swift:2: goes by"),
            ({f"{DESK}Visits/VisitQueries.swift": '"""\nselect code, sum(v.amount) from visit v group by 1\n"""'},
             "VisitQueries.swift:2: adds up amounts"),
            ({f"{DESK}Visits/VisitQueries.swift":
              '"""\nselect v.currency, (select coalesce(sum(p.paid), 0) from part p) from visit v\n"""'},
             "VisitQueries.swift:2: adds up amounts"),
            ({f"{DESK}Visits/VisitStore.swift": "\n(at at time zone 'Asia/Shanghai')::date"}, "VisitStore.swift:2: names a zone"),
            ({f"{DESK}Visits/Printer.swift": "import Foundation\nlet process = Process()\n"}, "Printer.swift:2: starts another program"),
            ({"Sources/Kit/Work.swift": "import Subprocess\n"}, "starts another program"),
            ({"Sources/CShims/shim.c": "int run(void) { return execvp(path, arguments); }\n"}, "shim.c:1: starts another program"),
            ({f"{DESK}Migrations/3_late.sql": ""}, "is not named"),
            ({f"{DESK}Migrations/0003_late.sql": ""}, "have a gap"),
            ({f"{DESK}Migrations/0002_late.sql": ""}, "not once in the list of migrations"),
            ({f"{DESK}Migrations/0001_visit.sql": "create or replace function visit_count() as $$ $$;\n"},
             "replaces 'visit_count'"),
            ({f"{DESK}Migrations/0001_visit.sql": "create function visited() as $$ $$;\n"},
             "0001_visit.sql: makes 'visited', which is not repeatable"),
            ({"Sources/ServiceKit/Host/ServiceHost.swift": "_001_host_sql",
              "Sources/ServiceKit/Migrations/0001_host.sql": "create view kept as select 1;\n"},
             "0001_host.sql: makes 'kept', which is not repeatable"),
            ({f"{DESK}DeskMigrations.swift": "PackageResources._001_visit_sql"}, "list of repeatable migrations"),
            ({"Tests/Support/Visits.swift": "package import Testing\n"}, "which a build for release has not"),
            ({"docs/develop/dependencies.md": "| swift-log | words |\n"}, "has no row for 'zlib'"),
            ({"Package.swift": '.package(\n url: "https://github.com/apple/swift-nio", from: "2.0.0")\n'},
             "has no row for 'swift-nio'"),
            ({"Tests/visits.sh": "list |\n    grep -x -q visit\n"}, "visits.sh:1: pipes into what stops"),
            ({"Tests/visits.sh": "\nlist | head -n 1\n"}, "visits.sh:2: pipes into what stops"),
        ]
        row = "| what | shown by |\n|---|---|\n| a visit is lost | `{}` |\n"
        for name, words in [
            ("VisitTests.made", "cases.md:3: 'VisitTests.made' is no test of"),
            ("VisitTests.lost", "is no test of"), ("Desk/CallTests.kept", "is of 0 files"), ("calls.sh", "is no script of"),
            ("run.sh", "is run by nothing"),
        ]:
            cases.append(({"docs/develop/cases.md": row.format(name)}, words))
        cases.append(({"Tests/Support/VisitTests.swift": "", "docs/develop/cases.md": row.format("VisitTests.kept")},
                      "is of 2 files"))
        told = ("| answers | |\n|---|---|\n| visits: whole | at (time), worth (money in currency, needs margin), currency (code) |\n"
                "| calls: page by page, by worth | worth (money in currency, needs margin) |\n")
        ask = 'try arguments.table(\n    "{}",\n    """\n    select at, (select 1 order by worth) as worth from v order by {}\n    """, transaction)\n'
        worst = ask.format("visits", "\\(f(at)), worth desc, at limit 2")
        cases.append(({"docs/contracts/questions.md": told, f"{DESK}Visits/VisitQueries.swift": worst},
                      "'visits' is in order by 'worth'"))
        for name, order in [("visits", "at, currency"), ("calls", "worth"), ("visits", "\\(way(worth)), at")]:
            changes = {"docs/contracts/questions.md": told, f"{DESK}Visits/VisitQueries.swift": ask.format(name, order)}
            self.assertEqual(self.problems(changes), [])
        make = "create or replace function {} as $$ $$;\n"
        for text, words in [
            (make.format("other()"), "nothing else"),
            (make.format("visit_count()") + make.format("other()"), "nothing else"),
            ("create function visit_count() as $$ $$;\n", "is no 'create or replace'"),
            ("create or replace trigger visit_count after insert on visit;\n", "is no 'create or replace'"),
            (make.format("visit_count()") + "drop function old();\n", "takes away"),
        ]:
            cases.append(({f"{DESK}Migrations/Repeatable/visit_count.sql": text}, words))
        for changes, words in cases:
            with self.subTest(words=words, changes=list(changes)):
                found = self.problems(changes)
                self.assertTrue(any(words in problem for problem in found), found)


if __name__ == "__main__":
    unittest.main()
