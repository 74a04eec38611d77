#!/usr/bin/env python3
"""Adds the capability of docs/develop/adding-a-capability.md to a copy of the tree, builds what it touches, and tests it.

usage: capability.py FOLDER        writes FOLDER/tree and FOLDER/bin; needs what 'swift build --build-tests' has built

A copy of the tree with a build folder of its own would take as long as the first build of all. So only the files that the
page changes are compiled, by the commands that the build has written down for them (.build/debug.yaml), and linked with
what the build has made of all others. That is sound because the page only adds: nothing that is compiled already
means something else afterwards.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

MOST_LINES = 120
ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/develop/adding-a-capability.md"
# A file of the copy: its name alone on a line, then its block.
BLOCK = re.compile(r"^`([\w./-]+)`\n\n```(\w*)\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
MODULES = {
    "Contracts": "Sources/Contracts", "SupplierService": "Sources/SupplierService", "WaybillCLI": "Sources/WaybillCLI",
    "SupplierServiceTests": "Tests/ServiceTests/Supplier", "ContractsTests": "Tests/ContractsTests",
}
# Finds golden files and documents beside itself, so it is compiled where those of the copy are.
BESIDE_ITS_FILES = {"Tests/ContractsTests/EvolutionTests.swift"}
DROPPED = {"-incremental", "-parseable-output", "-emit-objc-header", "-emit-dependencies", "-serialize-diagnostics",
           "-enable-batch-mode"}
DROPPED_WITH_VALUE = {"-output-file-map", "-index-store-path", "-emit-objc-header-path", "-emit-module-path"}


def fail(words):
    sys.exit(f"error: {words}")


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        fail(f"{shlex.join(map(str, command))[:300]}\n{done.stdout[-6000:]}")
    return done.stdout


def apply(tree):
    """Writes the page's blocks to the copy; gives how many lines of code they are."""
    lines = 0
    blocks = BLOCK.findall(PAGE.read_text())
    for name, language, text in blocks:
        path = tree / name
        if language == "diff":
            old = "\n".join(line[1:] for line in text.split("\n") if line[:1] != "+")
            new = "\n".join(line[1:] for line in text.split("\n") if line[:1] != "-")
            source = path.read_text()
            if source.count(old) != 1:
                fail(f"{PAGE.name}: the lines that {name} is to have are not there, or more than once:\n{old}")
            path.write_text(source.replace(old, new))
            lines += sum(line[:1] == "+" and line[1:].strip() != "" for line in text.split("\n"))
        else:
            if path.exists():
                fail(f"{PAGE.name}: {name} is there already; choose another name or number")
            if migration := re.match(r"(\d{4})_\w+\.sql$", path.name):
                # A migration that a shared part makes has a number and no file.
                listed = "".join(one.read_text() for one in path.parent.parent.glob("*Migrations.swift"))
                free = max(int(number) for number in re.findall(r"(?:number: |migration\()(\d+)", listed)) + 1
                if int(migration[1]) != free:
                    fail(f"{PAGE.name}: {name} has to have the next free number, {free:04}; change it in the page")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
            lines += sum(line.strip() != "" for line in text.split("\n"))
    return lines, [name for name, _, _ in blocks]


class Build:
    """What the build has made, and the commands by which it made it."""

    def __init__(self, folder, tree):
        manifest = ROOT / ".build/debug.yaml"
        if not manifest.exists():
            fail("build first: swift build --build-tests")
        self.text = manifest.read_text()
        self.folder = folder
        self.tree = tree
        self.modules = folder / "modules"
        self.modules.mkdir()
        # What is compiled anew: module → object's name → its path.
        self.objects = {}

    def command(self, name, kind):
        found = re.search(rf'^  "C\.{name}-\w+-\w+-linux[^"]*-debug\.{kind}":\n(.*?)(?:\n\n|\Z)', self.text, re.MULTILINE | re.DOTALL)
        if not found:
            fail(f"the build does not say how it makes '{name}'")
        return json.loads(re.search(r"^    args: (\[.*\])$", found[1], re.MULTILINE)[1])

    def compile(self, module):
        place = MODULES[module]
        given = self.command(module, "module")
        arguments, sources, skip = [], [], False
        for word in given[1:]:
            if skip:
                skip = False
            elif word in DROPPED_WITH_VALUE:
                skip = True
            elif word.startswith("@"):
                sources += shlex.split(pathlib.Path(word[1:]).read_text())
            elif word.endswith(".swift") and word.startswith("/"):
                sources.append(word)
            elif word not in DROPPED and not re.fullmatch(r"-j\d+", word):
                arguments.append(word)
        out = self.folder / "objects" / module
        out.mkdir(parents=True)
        theirs = [pathlib.Path(source) for source in dict.fromkeys(sources)]
        files = sorted((self.tree / place).rglob("*.swift"))
        changed = [
            file for file in files
            if str(name := file.relative_to(self.tree)) in BESIDE_ITS_FILES
            or not (ROOT / name).exists() or (ROOT / name).read_bytes() != file.read_bytes()]
        for derived in (file for file in theirs if file.is_relative_to(ROOT / ".build")):
            files.append(derived)
            if derived.name == "embedded_resources.swift":
                files[-1] = self.embed(derived, place, out)
                changed.append(files[-1])
        objects = {file: out / f"{file.name}.o" for file in files}
        (out / "map.json").write_text(json.dumps(
            {"": {}} | {str(file): {"object": str(path)} for file, path in objects.items()}))
        jobs = run(
            [given[0], "-driver-print-jobs", "-disable-batch-mode", "-output-file-map", out / "map.json", "-emit-module-path",
             self.modules / f"{module}.swiftmodule", "-I", self.modules, *arguments, *files])
        primary = {str(file) for file in changed}
        wanted = []
        for job in map(shlex.split, jobs.splitlines()):
            mine = {job[place + 1] for place, word in enumerate(job) if word == "-primary-file"}
            if mine & primary or (not mine and "-emit-module" in job):
                wanted.append(job)
        if len(wanted) != len(changed) + 1:
            fail(f"{len(wanted)} jobs compile {len(changed)} files of {module} and the module")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(run, wanted))
        self.objects[module] = {path.name: path for file, path in objects.items() if file in changed}
        return len(changed)

    def embed(self, derived, place, out):
        """The build's own form of migrations that are compiled in, with those of the copy."""
        text = derived.read_text()
        known = set(re.findall(r"static let (\w+):", text))
        more = ""
        for file in sorted((self.tree / place / "Migrations").rglob("*.sql")):
            name = file.name.replace(".", "_")
            name = f"_{name[1:]}" if name[0].isdigit() else name
            if name not in known:
                more += f"static let {name}: [UInt8] = [{','.join(map(str, file.read_bytes()))}]\n"
        copy = out / derived.name
        copy.write_text(re.sub(r"\}\s*\Z", lambda _: f"{more}}}\n", text))
        return copy

    def link(self, name, kind, output):
        arguments = self.command(name, kind)
        for place, word in enumerate(arguments):
            if word == "-o":
                arguments[place + 1] = str(output)
            elif word.startswith("@"):
                objects = shlex.split(pathlib.Path(word[1:]).read_text())
                mine = []
                for module, anew in self.objects.items():
                    kept = [path for path in objects if f"/{module}.build/" in path]
                    if not kept:
                        continue
                    objects = [path for path in objects if path not in set(kept)]
                    mine += [path for path in kept if pathlib.Path(path).name not in anew] + list(map(str, anew.values()))
                listing = output.with_suffix(".objects")
                listing.write_text("\n".join(shlex.quote(path) for path in objects + mine) + "\n")
                arguments[place] = f"@{listing}"
        run(arguments)


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    tree = folder / "tree"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(".build", ".git", ".waybill"))
    lines, names = apply(tree)
    print(f"{PAGE.name}: {lines} lines of code in {len(names)} files")
    if not 0 < lines < MOST_LINES:
        fail(f"it is to be fewer than {MOST_LINES} lines of code")
    swift = [tree / name for name in names if name.endswith(".swift")]
    run(["swift", "format", "lint", "--strict", "--configuration", ROOT / ".swift-format", *swift])
    run([sys.executable, ROOT / "Tests/Shape/shape.py", tree])
    run([ROOT / "Generator/.build/debug/ContractGenerator", tree])
    build = Build(folder, tree)
    for module in MODULES:
        print(f"{module}: {build.compile(module)} files compiled", flush=True)
    binaries = folder / "bin"
    binaries.mkdir()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda what: build.link(*what), [
            ("waybill", "exe", binaries / "waybill"), ("waybill-supplier", "exe", binaries / "waybill-supplier"),
            ("waybillPackageTests", "test", folder / "tests")]))
    print("linked", flush=True)


if __name__ == "__main__":
    main()
