#!/usr/bin/env bash
# The mails that are kept as golden pages (Tests/ChannelsTests/Golden/Pages), as pictures: each as wide as a mail program on a desk
# shows it, and as a telephone does. What the pages hold a test compares with what is written; how they look people judge.
#
# Chromium and a font with Chinese letters are installed by apt when they are missing: nothing else needs them.
#
# usage: mail-pictures.sh [FOLDER]     (.build/mail-pictures)
. "$(dirname "$0")/lib.sh"
folder="${1:-$root/.build/mail-pictures}"
pages="$root/Tests/ChannelsTests/Golden/Pages"
packages=()
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)"
[ -n "$browser" ] || packages+=(chromium)
fc-list :lang=zh 2>/dev/null | grep . >/dev/null || packages+=(fonts-noto-cjk)
if [ ${#packages[@]} -gt 0 ]; then
    install=(apt-get install -y -qq --no-install-recommends "${packages[@]}")
    command -v apt-get >/dev/null || die "needed, and no apt here to install it: ${packages[*]}"
    say "installing: ${packages[*]}"
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive "${install[@]}" >/dev/null
    else
        sudo apt-get update -qq && sudo DEBIAN_FRONTEND=noninteractive "${install[@]}" >/dev/null
    fi
    browser="$(command -v chromium || command -v chromium-browser)"
fi
mkdir -p "$folder"
profile="$(mktemp -d)"
trap 'rm -rf "$profile"' EXIT
options=(--headless=new --disable-gpu --hide-scrollbars --no-first-run --user-data-dir="$profile")
# As root, as in a container, it has no sandbox of its own.
[ "$(id -u)" != 0 ] || options+=(--no-sandbox)
count=0
for page in "$pages"/*.html; do
    name="$(basename "$page" .html)"
    for size in desk:760,900 phone:500,1100; do
        picture="$folder/$name.${size%%:*}.png"
        rm -f "$picture"
        "$browser" "${options[@]}" --window-size="${size#*:}" --screenshot="$picture" "file://$page" >"$profile/log" 2>&1 ||
            die "the browser ended with $?: $(tail -n 3 "$profile/log")"
        [ -s "$picture" ] || die "no picture of $name: $(tail -n 3 "$profile/log")"
        count=$((count + 1))
    done
done
say "$count pictures in $folder"
