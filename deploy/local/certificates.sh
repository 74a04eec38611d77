#!/usr/bin/env bash
# Certificates for TLS on one machine: an authority, a server's (for the name localhost) and a client's. For trying and
# testing; an authority whose key lies beside it protects nothing.
#
# usage: certificates.sh DIR [--wrong]     --wrong adds those that must be refused: another authority, an expired one
. "$(dirname "$0")/lib.sh"
[ $# -ge 1 ] || { sed -n '2,5p' "$0"; exit 64; }
dir="$1"
mkdir -p "$dir"
cd "$dir"
quiet() { "$@" 2>openssl.log || { cat openssl.log >&2; die "openssl failed"; }; }
authority() { # NAME
    quiet openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=Waybill local $1" -keyout "$1.key" -out "$1.pem" \
        -addext basicConstraints=critical,CA:true -addext keyUsage=critical,keyCertSign,cRLSign
}
issue() { # NAME SUBJECT USAGE VALIDITY…
    local name="$1" subject="$2" usage="$3"
    shift 3
    quiet openssl req -newkey rsa:2048 -nodes -subj "/CN=$subject" -keyout "$name.key" -out "$name.csr"
    printf 'extendedKeyUsage=%s\nsubjectAltName=DNS:localhost\n' "$usage" >"$name.ext"
    rm -rf "$name.ca"
    mkdir "$name.ca"
    : >"$name.ca/index"
    printf '[ca]\ndefault_ca=local\n[local]\ndatabase=%s/index\nnew_certs_dir=%s\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n' \
        "$name.ca" "$name.ca" >"$name.cnf"
    quiet openssl ca -batch -notext -config "$name.cnf" -cert ca.pem -keyfile ca.key -in "$name.csr" -out "$name.pem" \
        -extfile "$name.ext" "$@"
    rm -rf "$name.csr" "$name.ext" "$name.cnf" "$name.ca"
}
[ -f ca.pem ] || authority ca
[ -f server.pem ] || issue server localhost serverAuth -days 825
[ -f client.pem ] || issue client waybill-service clientAuth -days 825
if [ "${2:-}" = --wrong ]; then
    [ -f stranger.pem ] || authority stranger
    [ -f expired.pem ] || issue expired localhost serverAuth -startdate 20200101000000Z -enddate 20200201000000Z
fi
rm -f openssl.log
chmod 644 ./*.pem
chmod 600 ./*.key
