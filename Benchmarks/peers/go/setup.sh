#!/usr/bin/env bash
# Installs Go with amqp091-go and pgx from Debian, and builds the peer into the folder given.
#
# usage: setup.sh FOLDER
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
packages=(golang-go golang-github-rabbitmq-amqp091-go-dev golang-github-jackc-pgx-v4-dev)
dpkg -s "${packages[@]}" >/dev/null 2>&1 || apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
# Debian keeps Go libraries as sources in one place; no module is fetched.
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$1/cache" go build -o "$1/peer-go" "$here/main.go"
echo "$(go version | cut -d' ' -f3), amqp091-go $(dpkg-query -W -f '${Version}' golang-github-rabbitmq-amqp091-go-dev), pgx $(dpkg-query -W -f '${Version}' golang-github-jackc-pgx-v4-dev)"
