"""Looks at a statement as people do, in Chromium without a network: on a screen, on a phone, on paper.
`python statement.py PROGRAM ADDRESS BRAND CAMPAIGN DIRECTORY` leaves the pictures in the directory."""

import json
import os
import re
import subprocess
import sys

from PIL import Image
from pypdf import PdfReader

STYLE = open("src/statement/page.css", encoding="utf-8").read()
CURRENCY_DECIMALS = {"IDR": 2, "USD": 2}
# Rows of pixels that are looked at: the page is longer, its plots are not further down.
HEIGHT = 3000
# Less than the padding of the page, whatever its width.
MARGIN = 12

program, address, brand, campaign, directory = sys.argv[1:]


def at(name):
    return os.path.join(directory, name)


def chromium(*arguments):
    subprocess.run(
        ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        + ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={at('profile')}"]
        + [*arguments, "file://" + os.path.abspath(at("statement.html"))],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )


def color(name):
    """The colour that the page gives to something, as red, green and blue."""
    digits = re.search(rf"--{name}: #([0-9a-f]{{6}})", STYLE)[1]
    return tuple(int(digits[start : start + 2], 16) for start in (0, 2, 4))


def check_picture(width):
    file = at(f"statement-{width}.png")
    chromium(f"--screenshot={file}", f"--window-size={width},{HEIGHT}")
    picture = Image.open(file).convert("RGB")
    if picture.size != (width, HEIGHT):
        sys.exit(f"{file} is {picture.size}")
    counts = {shade: count for count, shade in picture.getcolors(1 << 24)}
    paper = counts.get(color("paper"), 0) / (width * HEIGHT)
    if not 0.5 < paper < 0.98:
        sys.exit(f"{file}: {paper:.0%} is blank")
    for line in ("cost", "revenue", "engagement"):
        drawn = counts.get(color(line), 0)
        # A line of some hundred pixels, and no flood.
        if not width / 4 < drawn < width * HEIGHT / 10:
            sys.exit(f"{file}: the line of {line} has {drawn} pixels")
    margin = picture.crop((width - MARGIN, 0, width, HEIGHT))
    if margin.getcolors() != [(MARGIN * HEIGHT, color("paper"))]:
        sys.exit(f"{file}: the page is wider than {width} pixels")
    print(f"{width} pixels wide: {paper:.0%} blank, nothing beyond the margin, all lines drawn")


def spelled(minor, decimals):
    number = abs(int(minor))
    whole, part = divmod(number, 10**decimals)
    return ("−" if int(minor) < 0 else "") + f"{whole:,}" + (f".{part:0{decimals}}" if decimals else "")


def numbers_of_the_api():
    """The numbers of GetCampaignRoi that a reader looks for, spelled as on the page."""
    question = json.dumps({"brand_id": brand, "campaign_id": campaign})
    call = ["grpcurl", "-plaintext", "-d", question, address]
    answer = subprocess.run(
        call + ["campaign.ledger.v1.ReportService/GetCampaignRoi"], check=True, stdout=subprocess.PIPE
    )
    roi = json.loads(answer.stdout)["roi"]
    for figures in (roi["total"], roi["onTime"]):
        decimals = CURRENCY_DECIMALS[figures["currencyCode"]]
        for returns in figures["returns"]:
            for name in ("cost", "netReturn", "costPerPost", "cpa"):
                if "minorUnits" in returns[name]:
                    yield spelled(returns[name]["minorUnits"], decimals)
            for name in ("roi", "roiOnMargin"):
                if "partsPerMillion" in returns[name]:
                    yield spelled(returns[name]["partsPerMillion"], 4).rstrip("0").rstrip(".") + "%"
    yield spelled(roi["total"]["revenue"].get("netMinor", 0), decimals)
    for engagement in roi["total"]["engagement"]:
        yield spelled(engagement["engagements"], 0)


def check_paper():
    file = at("statement.pdf")
    chromium(f"--print-to-pdf={file}", "--no-pdf-header-footer")
    pages = PdfReader(file).pages
    texts = [page.extract_text() for page in pages]
    if not 2 <= len(pages) <= 8 or not all(text.strip() for text in texts):
        sys.exit(f"{file} has {len(pages)} pages, or an empty one")
    text = re.sub(r"\s", "", "".join(texts))
    numbers = sorted(set(numbers_of_the_api()))
    missing = [number for number in numbers if number not in text]
    if missing:
        sys.exit(f"{file} lacks {missing}")
    print(f"on paper: {len(pages)} pages with all of {len(numbers)} numbers of the API")


subprocess.run(
    [program, "statement", "--server", f"http://{address}", "--brand", brand]
    + ["--campaign", campaign, "--out", at("statement.html")],
    check=True,
)
for width in (1280, 390):
    check_picture(width)
check_paper()
