"""A real browser goes through the console: every page it comes to by links, in each language, colour scheme and width.

Of each page: it answers, it has a heading, nothing of it breaks the policy of its content, its scripts say no error, axe finds
nothing (WCAG 2.2, levels A and AA), and it is no wider than the window. It signs in by the keyboard alone, and at the end goes
to the places of the navigation with scripts switched off.

usage: walk.py ADDRESS LOGIN PASSWORD-FILE FOLDER [--most PAGES] [--languages zh,en] [--schemes light,dark] [--widths 1440,390]

Pages of one kind are looked at once: an address with other numbers, names or values is the same kind. With --most only so
many kinds, those of the navigation first. FOLDER gets a picture of each page. Ends with 1 when something was found.
"""
import argparse, hashlib, pathlib, re, sys, time, urllib.parse, zipfile

import axe_playwright_python
from playwright.sync_api import sync_playwright

AXE = (pathlib.Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What a page of the policy has not allowed is kept where the walk finds it.
LISTEN = """
window.waybillViolations = [];
document.addEventListener("securitypolicyviolation", (event) =>
    window.waybillViolations.push(`${event.violatedDirective}: ${event.blockedURI || event.sample}`));
"""
FIRST_LOAD = 60_000

options = argparse.ArgumentParser()
options.add_argument("address")
options.add_argument("login")
options.add_argument("password")
options.add_argument("folder", type=pathlib.Path)
options.add_argument("--most", type=int, default=10_000)
options.add_argument("--languages", default="zh,en")
options.add_argument("--schemes", default="light,dark")
options.add_argument("--widths", default="1440,390")
options.add_argument("--chromium", default="/usr/bin/chromium")
given = options.parse_args()
password = pathlib.Path(given.password).read_text().strip()
findings = []


def kind(address):
    """What is the same for pages of one kind. A question or an act is its own; an object is like every other."""
    parts = urllib.parse.urlsplit(address)
    path = [part for part in parts.path.split("/") if part]
    if path[:1] in (["q"], ["act"]): return "/" + "/".join(path[:3])
    shape = "/" + "/".join("*" if place and re.search(r"[\dA-Z]", part) else part for place, part in enumerate(path))
    names = sorted({name for name, _ in urllib.parse.parse_qsl(parts.query)} - {"after", "limit"})
    return shape + ("?" + "&".join(names) if names and len(path) < 2 else "")


def links(page):
    found = page.eval_on_selector_all("a[href]", "all => all.map(a => [new URL(a.getAttribute('href'), location.href).href, a.closest('nav') !== null, a.hasAttribute('download')])")
    here = urllib.parse.urlsplit(given.address).netloc
    for address, is_navigation, is_file in found:
        parts = urllib.parse.urlsplit(address)
        if parts.netloc != here or is_file or re.search(r"(\.(csv|xlsx|json|pdf)|/export)$", parts.path): continue
        if "format=" in parts.query: continue
        yield urllib.parse.urlunsplit(parts._replace(fragment="")), is_navigation


def sign_in(page, language):
    page.goto(given.address + "/sign-in")
    page.locator(f"footer button[value={language}]").focus()
    with page.expect_navigation(): page.keyboard.press("Enter")
    page.locator("input[name=login]").focus()
    page.keyboard.type(given.login)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    with page.expect_navigation(): page.keyboard.press("Enter")
    if page.locator("input[name=password]").count():
        sys.exit(f"the sign-in failed: {page.locator('main').inner_text()[:300]}")


def look(page, address, case, errors, width):
    del errors[:]
    said = lambda what: findings.append(f"{case} {urllib.parse.urlsplit(address).path}: {what}")
    answer = page.goto(address)
    if answer is None or answer.status >= 400:
        said(f"answered {answer.status if answer else 'nothing'}")
        return
    if not page.locator("h1").first.inner_text().strip(): said("it has no heading")
    for violation in page.evaluate("window.waybillViolations"): said(f"breaks the policy of the content: {violation}")
    for error in errors: said(f"the browser says: {error}")
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > width: said(f"is {wide} pixels wide in a window of {width}")
    page.evaluate(AXE)
    for violation in page.evaluate("tags => axe.run({runOnly: tags}).then(found => found.violations)", TAGS):
        nodes = "; ".join(" ".join(node["target"]) for node in violation["nodes"][:3])
        said(f"axe, {violation['id']}: {violation['help']} ({len(violation['nodes'])}: {nodes})")
    name = re.sub(r"\W+", "-", urllib.parse.urlsplit(address).path).strip("-") or "today"
    name += "-" + hashlib.sha256(address.encode()).hexdigest()[:6] if len(name) > 60 or "?" in address else ""
    page.screenshot(path=given.folder / f"{case}-{name}.png", full_page=True)


def walk(browser, language, scheme, width):
    case = f"{language}-{scheme}-{width}"
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}, locale=language)
    context.add_init_script(LISTEN)
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, language)
    weight = page.evaluate("performance.getEntries().filter(e => e.transferSize !== undefined).reduce((sum, e) => sum + e.transferSize, 0)")
    if weight > FIRST_LOAD: findings.append(f"{case}: the first page weighs {weight:.0f} bytes, more than {FIRST_LOAD}")
    start = page.url
    waiting, seen, navigation = [(start, True)], set(), []
    while waiting and len(seen) < given.most:
        address, _ = waiting.pop(0)
        if kind(address) in seen: continue
        seen.add(kind(address))
        look(page, address, case, errors, width)
        found = [link for link in links(page) if kind(link[0]) not in seen]
        navigation += [link[0] for link in found if link[1] and link[0] not in navigation]
        # The places of the navigation first, what has pages of its own next, the many questions and acts last.
        waiting = sorted(waiting + found, key=lambda link: (not link[1], kind(link[0]).startswith(("/q/", "/act/"))))
    context.close()
    print(f"{case}: {len(seen)} kinds of pages", flush=True)
    return navigation


def walk_without_scripts(browser, language, navigation):
    context = browser.new_context(java_script_enabled=False, locale=language)
    page = context.new_page()
    page.goto(given.address + "/sign-in")
    page.locator("input[name=login]").fill(given.login)
    page.locator("input[name=password]").fill(password)
    with page.expect_navigation(): page.keyboard.press("Enter")
    for address in navigation:
        answer = page.goto(address)
        if answer is None or answer.status >= 400 or not page.locator("h1").first.inner_text().strip():
            findings.append(f"without scripts {address}: answered {answer.status if answer else 'nothing'}")
    context.close()
    print(f"without scripts: {len(navigation)} places", flush=True)


def work_with_lists(browser, language):
    """Takes a chosen row out as a workbook, and does one thing about the chosen rows of another list."""
    context = browser.new_context(locale=language, accept_downloads=True)
    context.add_init_script(LISTEN)
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    sign_in(page, language)

    def choose(address, what):
        page.goto(given.address + address)
        rows = page.locator("main tbody input[name='~row']")
        if not rows.count(): return None
        rows.first.check()
        form = page.locator("main form:has(select[name='~do'])").first
        form.locator("select[name='~which']").select_option("chosen")
        form.locator("select[name='~do']").select_option(what)
        return form.locator("button")

    button = choose("/q/finance/orders.list?~columns=orders:order_id&~columns=orders:revenue", "xlsx")
    if button is None:
        findings.append(f"lists-{language}: there is no order to choose")
    else:
        with page.expect_download() as download: button.click()
        with zipfile.ZipFile(download.value.path()) as book: sheet = book.read("xl/worksheets/sheet1.xml").decode()
        if sheet.count("<row ") != 2: findings.append(f"lists-{language}: the workbook has {sheet.count('<row ')} rows")
        if sheet.count('s="1"') != 2: findings.append(f"lists-{language}: the workbook has not the two columns that were chosen")
    button = choose("/q/notifier/notices.mine", "notifier.mark-notices.v1")
    if button is not None:
        with page.expect_navigation(): button.click()
        page.locator("main form select[name='mark']").select_option("read")
        with page.expect_navigation(): page.locator("main form button.main").first.click()
        page.wait_for_function("document.querySelector('main form[data-go-on]') === null && document.querySelector('progress')?.value === 1", timeout=20_000)
        page.evaluate(AXE)
        for violation in page.evaluate("tags => axe.run({runOnly: tags}).then(found => found.violations)", TAGS):
            findings.append(f"lists-{language}: axe, {violation['id']}: {violation['help']}")
        page.screenshot(path=given.folder / f"lists-{language}-many.png", full_page=True)
    for violation in page.evaluate("window.waybillViolations"): findings.append(f"lists-{language}: breaks the policy of the content: {violation}")
    findings.extend(f"lists-{language}: the browser says: {error}" for error in errors)
    context.close()


given.folder.mkdir(parents=True, exist_ok=True)
started = time.monotonic()
with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=given.chromium, args=["--no-sandbox"])
    navigation = []
    for language in given.languages.split(","):
        for scheme in given.schemes.split(","):
            for width in map(int, given.widths.split(",")):
                navigation = walk(browser, language, scheme, width) or navigation
    work_with_lists(browser, given.languages.split(",")[0])
    walk_without_scripts(browser, given.languages.split(",")[-1], navigation)
    browser.close()
for finding in findings: print(finding)
print(f"{len(findings)} findings in {time.monotonic() - started:.0f} s")
sys.exit(1 if findings else 0)
