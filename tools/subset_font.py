"""Make the pages' font out of the published one: `python tools/subset_font.py Vazirmatn[wght].ttf`.

What is kept: weights 400 to 700, the letters of Arabic, Persian, French and English, and the shaping that joins them.
The result is written over `app/static/vendor/vazirmatn/vazirmatn-subset.woff2`; its hash goes into `vendored.toml`, the
first ten figures of it into the font's address in `shubbak.css`.
"""

import sys
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

TARGET = Path(__file__).parents[1] / "app/static/vendor/vazirmatn/vazirmatn-subset.woff2"
LETTERS = (
    "U+0020-007E,U+00A0-00FF,U+0152-0153,U+0178,U+2010-2015,U+2018-201E,U+2022,U+2026,U+2039-203A,U+20AC,"
    "U+2190-2193,U+00D7,U+2212,U+202F,U+200C-200F,U+2066-2069,U+060C,U+061B,U+061F,U+0621-063A,U+0640-0655,"
    "U+0660-066C,U+0670,U+0671,U+067E,U+0686,U+0698,U+06A4,U+06A9,U+06AD,U+06AF,U+06C0-06C2,U+06CC,U+06D0,"
    "U+06D4,U+06F0-06F9,U+FDFC"
)
SHAPING = "ccmp,locl,mark,mkmk,init,medi,fina,isol,rlig,calt,liga,kern,tnum,curs"


def main() -> None:
    narrowed = BytesIO()
    instancer.instantiateVariableFont(TTFont(sys.argv[1]), {"wght": (400, 700)}).save(narrowed)
    narrowed.seek(0)
    font = TTFont(narrowed)
    options = subset.Options(flavor="woff2", layout_features=SHAPING.split(","))
    maker = subset.Subsetter(options)
    maker.populate(unicodes=subset.parse_unicodes(LETTERS))
    maker.subset(font)
    font.flavor = "woff2"
    font.save(TARGET)
    sys.stdout.write(f"{TARGET.stat().st_size} bytes, sha256 {sha256(TARGET.read_bytes()).hexdigest()}\n")


if __name__ == "__main__":
    main()
