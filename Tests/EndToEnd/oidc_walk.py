"""What a person does with a browser between the console and a provider of sign-ins: links are followed, forms are filled in, cookies are
kept, each host's for itself.

usage: oidc_walk.py in CONSOLE LOGIN PASSWORD-FILE [WORDS]     signs in by the provider; the page that comes then must have WORDS
       oidc_walk.py out CONSOLE LOGIN PASSWORD-FILE            signs in and out again, at both
       oidc_walk.py password CONSOLE LOGIN PASSWORD-FILE       signs in by a password of the console's own; prints the status
       oidc_walk.py away CONSOLE                               goes to the provider; prints the status
"""
import html
import http.cookiejar
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request


class Browser:
    def __init__(self):
        jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
        self.opener.addheaders = [("Accept-Language", "en"), ("Sec-Fetch-Site", "same-origin")]

    def go(self, address, form=None):
        data = None if form is None else urllib.parse.urlencode(form).encode()
        try:
            answer = self.opener.open(urllib.request.Request(address, data), timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        self.address, self.status, self.page = answer.url, answer.status, answer.read().decode()

    def follow(self, words):
        for address, text in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', self.page, re.S):
            if words in html.unescape(text): return self.go(urllib.parse.urljoin(self.address, html.unescape(address)))
        sys.exit(f"{self.address} has no link '{words}': {self.page[:2000]}")

    def expect(self, what, is_so):
        if not is_so: sys.exit(f"{what}: {self.status} {self.address}\n{self.page[:3000]}")


def by_provider(browser, console, login, password, next="/q"):
    browser.go(console + next)
    browser.expect("whoever is not signed in is sent to the sign-in", "/sign-in?next=" in browser.address)
    browser.follow("Sign in by Works")
    browser.expect("the provider asks who it is", browser.status == 200 and not browser.address.startswith(console))
    browser.go(browser.address, {"login": login})
    browser.expect("the provider asks for the password", browser.status == 200 and 'name="password"' in browser.page)
    browser.go(browser.address, {"password": password})


act, console, *rest = sys.argv[1:]
browser = Browser()
if act == "away":
    browser.go(f"{console}/sign-in/provider")
    print(browser.status)
    sys.exit()
login, password = rest[0], pathlib.Path(rest[1]).read_text().strip()
if act == "password":
    browser.go(f"{console}/sign-in", {"login": login, "password": password})
    print(browser.status)
elif act == "in":
    by_provider(browser, console, login, password)
    words = rest[2] if len(rest) > 2 else "Signed in as"
    browser.expect(f"the page has '{words}'", words in html.unescape(browser.page))
    if len(rest) < 3: browser.expect("it goes on where it was begun", browser.address == f"{console}/q")
else:
    by_provider(browser, console, login, password)
    browser.expect("in", "Signed in as" in browser.page)
    browser.go(f"{console}/sign-out", {})
    browser.expect("out at the console", browser.address == f"{console}/sign-out" and "You are signed out" in browser.page)
    # The provider still knows who it is: it does not ask.
    browser.go(f"{console}/sign-in/provider")
    browser.expect("in again without a password", "Signed in as" in browser.page)
    browser.go(f"{console}/sign-out", {})
    browser.follow("Sign out at Works as well")
    browser.expect("the provider asks whether to sign out", not browser.address.startswith(console))
    browser.go(browser.address, {"answer": "logout"})
    browser.expect("back at the sign-in", browser.address == f"{console}/sign-in")
    browser.go(f"{console}/sign-in/provider")
    browser.expect("the provider asks again", not browser.address.startswith(console) and 'name="login"' in browser.page)
