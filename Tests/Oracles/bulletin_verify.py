#!/usr/bin/env python3
"""Checks a bulletin with the public key alone, as its customer would: the signature over the very bytes of the document, and its
figures by their numerators and denominators. Nothing of Waybill is needed, but the command openssl.

usage: bulletin_verify.py PUBLIC-KEY.pem BULLETIN.json     (as 'waybill bulletins show --json' prints it)
"""
import base64, json, math, os, subprocess, sys, tempfile

def signed(key, document, signature):
    """Whether the document's bytes are signed by the key."""
    with tempfile.TemporaryDirectory() as folder:
        names = {}
        for name, data in (("document", document.encode("utf-8")), ("signature", base64.b64decode(signature, validate=True))):
            names[name] = os.path.join(folder, name)
            with open(names[name], "wb") as file: file.write(data)
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", key, "-rawin", "-in", names["document"], "-sigfile",
                               names["signature"]], capture_output=True).returncode == 0

def wilson(count, total, quantile=1.959963984540054):
    share, square = count / total, quantile * quantile / total
    middle, half = share + square / 2, quantile * math.sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))

def wrong(figure):
    """What of a figure does not follow from its counts."""
    count, total, per = figure["numerator"], figure["denominator"], figure["per"]
    low, high = wilson(count, total)
    wanted = {"figure": count / total, "low": low, "high": high, "figureOfAll": figure["numeratorOfAll"] / figure["denominatorOfAll"]}
    return [name for name, value in wanted.items() if abs(float(figure[name]) - per * value) > 0.00501]

if __name__ == "__main__":
    if len(sys.argv) != 3: sys.exit(__doc__)
    bulletin = json.load(open(sys.argv[2], encoding="utf-8"))["bulletin"][0]
    if not signed(sys.argv[1], bulletin["document"], bulletin["signature"]): sys.exit("the signature is not of this document")
    # Whoever could change a sign of it would be found out.
    if signed(sys.argv[1], bulletin["document"].replace('"version"', '"Version"'), bulletin["signature"]): sys.exit("anything is signed")
    document = json.loads(bulletin["document"])
    for figure in document["figures"]:
        if wrong(figure): sys.exit(f"{figure['measure']}: {', '.join(wrong(figure))} not as its counts have it")
        print(f"{figure['measure']}: {figure['figure']} ({figure['low']} to {figure['high']}) of {figure['per']}, {figure['numerator']} of {figure['denominator']}")
    print(f"version {document['version']} of {document['month'][:7]} is signed by {document['keyId']}")
