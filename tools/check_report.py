#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Opens a report in headless Chromium, as a file, on desktop and phone, in light and dark.

    tools/check_report.py REPORT.html [--axe axe.min.js] [--shots FOLDER]

Fails when the page says anything on the browser's console, asks for anything besides itself (no address other than data:
and # may stand in it), is not valid HTML for html5lib (where that is installed), or breaks a rule of axe-core (npm
axe-core, file axe.min.js). Writes screenshots for a human to look at. Needs Debian's chromium; not part of the tests."""
import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile

LOOKS = [(1280, "light"), (1280, "dark"), (500, "light"), (500, "dark")]
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
RUN_AXE = """addEventListener("load", () => axe.run().then(found => {
  const text = document.createElement("pre");
  text.id = "axe-found";
  text.textContent = JSON.stringify(found.violations.map(one => [one.id, one.impact, one.nodes.length, one.nodes[0].html]));
  document.body.appendChild(text);
}))"""


def chromium(page, width, scheme, *flags, height=900):
    dark = ["--blink-settings=preferredColorScheme=0"] if scheme == "dark" else []
    return subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *dark,
                           "--enable-logging=stderr", f"--window-size={width},{height}", "--virtual-time-budget=20000", *flags,
                           f"file://{page}"], capture_output=True, text=True, timeout=120)


def axe_faults(text, axe, width, scheme):
    """The page's own policy forbids other scripts: axe sees a copy without it."""
    script = axe.read_text().replace("</script", "<\\/script")
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "report.html"
        copy.write_text(POLICY.sub("", text).replace("</body>", f"<script>{script}</script><script>{RUN_AXE}</script></body>"))
        dom = chromium(copy, width, scheme, "--dump-dom").stdout
    found = re.search(r'<pre id="axe-found">(.*?)</pre>', dom, re.S)
    return json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")) if found else ["axe did not run"]


def html_faults(text):
    try:
        import html5lib
    except ImportError:
        print("html5lib is not installed: validity is not checked")
        return []
    parser = html5lib.HTMLParser()
    parser.parse(text)
    return [str(fault) for fault in parser.errors]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=pathlib.Path)
    parser.add_argument("--axe", type=pathlib.Path)
    parser.add_argument("--shots", type=pathlib.Path)
    options = parser.parse_args()
    page, text = options.report.resolve(), options.report.read_text()
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    faults = html_faults(text)
    faults += [f"asks for {address}" for address in re.findall(r'(?:src|href)="(?!data:|#)([^"]*)"', text)]
    for width, scheme in LOOKS:
        shot = [] if options.shots is None else [f"--screenshot={options.shots.resolve() / f'{width}-{scheme}.png'}"]
        done = chromium(page, width, scheme, *shot, height=4000)
        faults += [f"{width} {scheme}: {line}" for line in done.stderr.splitlines() if "CONSOLE" in line]
        if options.axe:
            faults += [f"{width} {scheme}: axe {fault}" for fault in axe_faults(text, options.axe, width, scheme)]
    for fault in faults:
        print(fault)
    print(f"{page.name}: {len(text.encode())} bytes, {len(faults)} fault(s)")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
