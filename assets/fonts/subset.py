#!/usr/bin/env python3
"""Cut the bundled fonts out of the Debian font packages.

Run it again when a test says that a text needs a glyph the fonts do not have:

    sudo apt-get install fonts-inter fonts-noto-cjk fonts-noto-core python3-fonttools
    python3 assets/fonts/subset.py

Written with fonts-inter 4.0~beta7, fonts-noto-cjk 1:20220127, fonts-noto-core 20201225 (Debian 12) and
fontTools 4; other versions work if they have the glyphs. `--fonts DIR` reads the fonts from an unpacked package tree
(`dpkg-deb -x PACKAGE.deb DIR`) instead of `/`. The result does not depend on the day it is made; its checksums
are written into THIRD_PARTY.md.

What is taken:
* Inter Regular: Latin, Greek, punctuation, arrows. The digits are replaced by their tabular forms (feature `tnum`) in
  the character map, because egui cannot switch OpenType features on: columns of numbers line up.
* Noto Sans Math, Noto Sans Symbols, Noto Sans Symbols 2: the operators and user-interface symbols Inter lacks.
* Noto Sans CJK SC Regular: GB 2312 (6,763 simplified characters, so that new texts and the file names of a user rarely
  need more), Chinese punctuation, and every character of `assets/text`, of the class labels and of `docs`.
"""

import argparse
import hashlib
import pathlib
import re
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent

INTER = "usr/share/fonts/opentype/inter/Inter-Regular.otf"
MATH = "usr/share/fonts/truetype/noto/NotoSansMath-Regular.ttf"
SYMBOLS = "usr/share/fonts/truetype/noto/NotoSansSymbols-Regular.ttf"
SYMBOLS2 = "usr/share/fonts/truetype/noto/NotoSansSymbols2-Regular.ttf"
CJK = "usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"
ASCENT, DESCENT = 0.969, 0.242  # of Inter, in em
CJK_SC = 2  # index of the Simplified Chinese face in the collection

# What an instrument-like interface may want to print, beyond Latin and Greek.
UI_SYMBOLS = (
    "→←↑↓↔↕⇒⇐⇔↦↩↪↻↺⟳⟲↵∈∉∋⊂⊆∩∪⊙⊕⊗⊖⊞⊟⊠⊡∗∘⋅∙∼∝∥‖⊤⊥∧∨¬∀∃∇≡⋮⋯⌊⌋⌈⌉⟨⟩ⁿⁱᵢⱼₖₙₘℝℕℤℓ"
    "×÷·•±∓−≤≥≪≫≠≈∑∏∂√∞∫…—–′″‰°µ©®™"
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻₀₁₂₃₄₅₆₇₈₉₊₋"
    "✓✗✕✖■□▪▫●○◉◎◆◇◐◑▲▼◀▶△▽◁▷▴▾◂▸★☆☐☑☒"
    "⏸⏵⏴⏹⏺⏮⏭⏏⚠⚙☰⌘⇧⌃⌥⏎🔍🔒🔓📷🖼🗑📋✎✂⛶"
)

CHINESE_PUNCTUATION = "　、。〃〈〉《》「」『』【】〔〕〖〗！（），．／：；？［］｛｝～％＋－＝＜＞￥０１２３４５６７８９"

LATIN_RANGES = [
    (0x20, 0x7E),
    (0xA0, 0x17F),  # Latin-1, Latin Extended-A
    (0x2B0, 0x2FF),
    (0x300, 0x30C),
    (0x370, 0x3FF),  # Greek
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),
]


def gb2312():
    """The simplified characters of GB 2312: level 1 in rows 16 to 55, level 2 in rows 56 to 87."""
    for row in range(16, 88):
        for cell in range(1, 95):
            try:
                yield bytes([0xA0 + row, 0xA0 + cell]).decode("gb2312")
            except UnicodeDecodeError:
                pass  # row 55 has five empty cells


def project_texts():
    """Every character the project prints: interface texts, class labels, documents."""
    files = sorted((ROOT / "assets/text").rglob("*.ftl"))
    files += sorted((ROOT / "assets").rglob("*.json"))
    files += sorted((ROOT / "sample_models").glob("*.json"))
    files += sorted(ROOT.glob("docs/**/*.md"))
    chars = set()
    for file in files:
        chars.update(file.read_text(encoding="utf-8"))
    return chars


def tabular_digits(font):
    """Maps the digits to their equally wide forms."""
    swaps = {}
    for record in font["GSUB"].table.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for table in font["GSUB"].table.LookupList.Lookup[index].SubTable:
                    table = getattr(table, "ExtSubTable", table)
                    swaps.update(getattr(table, "mapping", {}))
    for cmap in font["cmap"].tables:
        for code, glyph in list(cmap.cmap.items()):
            if 0x30 <= code <= 0x39:
                cmap.cmap[code] = swaps.get(glyph, glyph)
    widths = {font["hmtx"][font.getBestCmap()[code]][0] for code in range(0x30, 0x3A)}
    if len(widths) != 1:
        sys.exit("the digits of Inter are not equally wide after the tnum swap")


def same_metrics(font, ascent, descent):
    """Sets the row metrics in em. egui centres the rows of fall-back faces on the first face's row, so that only equal
    metrics put all faces on one baseline."""
    em = font["head"].unitsPerEm
    up, down = round(ascent * em), round(descent * em)
    hhea, os2 = font["hhea"], font["OS/2"]
    hhea.ascent, hhea.descent, hhea.lineGap = up, -down, 0
    os2.sTypoAscender, os2.sTypoDescender, os2.sTypoLineGap = up, -down, 0
    os2.usWinAscent, os2.usWinDescent = up, down


def cut(source, chars, target, *, features, index=0, prepare=None):
    """Writes `target` with the glyphs of `source` for `chars`; returns the characters it took."""
    font = TTFont(source, fontNumber=index, recalcTimestamp=False)
    if prepare:
        prepare(font)
    have = {chr(code) for code in font.getBestCmap()}
    taken = sorted(chars & have)
    options = subset.Options()
    options.layout_features = features
    options.hinting = False
    options.desubroutinize = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG", "MATH", "STAT", "meta"]
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[ord(c) for c in taken])
    subsetter.subset(font)
    same_metrics(font, ASCENT, DESCENT)
    path = HERE / target
    font.save(path)
    record(target)
    print(f"{target}: {len(taken)} characters, {path.stat().st_size:,} bytes")
    return set(taken)


def record(target):
    """Writes the checksum of a cut font into its row of THIRD_PARTY.md."""
    document = ROOT / "THIRD_PARTY.md"
    digest = hashlib.sha256((HERE / target).read_bytes()).hexdigest()
    row = re.compile(r"(\| `assets/fonts/" + re.escape(target) + r"` \| `)[^`]*(`)")
    text, rows = row.subn(rf"\g<1>{digest}\g<2>", document.read_text(encoding="utf-8"))
    if rows != 1:
        sys.exit(f"THIRD_PARTY.md has {rows} rows for {target}")
    document.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fonts", default="/", help="root under which usr/share/fonts lies")
    root = pathlib.Path(parser.parse_args().fonts)

    texts = {c for c in project_texts() if c >= " "}
    latin = {chr(c) for first, last in LATIN_RANGES for c in range(first, last + 1)}
    wanted = texts | set(UI_SYMBOLS) | latin

    covered = cut(
        root / INTER, wanted, "Inter-Regular-subset.otf", features=["kern", "ccmp", "mark", "mkmk"], prepare=tabular_digits
    )

    # The bar symbol of a menu is in none of these fonts; the identity sign looks the same.
    def menu_bars(font):
        for cmap in font["cmap"].tables:
            if 0x2261 in cmap.cmap:
                cmap.cmap[0x2630] = cmap.cmap[0x2261]

    symbols = set(UI_SYMBOLS) | {c for c in texts if not "\u2e80" <= c <= "\uffff"}
    covered |= cut(root / MATH, symbols - covered, "NotoSansMath-subset.ttf", features=[], prepare=menu_bars)
    covered |= cut(root / SYMBOLS2, symbols - covered, "NotoSansSymbols2-subset.ttf", features=[])
    covered |= cut(root / SYMBOLS, symbols - covered, "NotoSansSymbols-subset.ttf", features=[])

    chinese = set(gb2312()) | set(CHINESE_PUNCTUATION) | texts | set(UI_SYMBOLS)
    covered |= cut(root / CJK, chinese - covered, "NotoSansCJKsc-subset.otf", features=[], index=CJK_SC)

    missing = sorted((texts | set(UI_SYMBOLS)) - covered)
    if missing:
        print("in no font:", " ".join(f"U+{ord(c):04X} {c}" for c in missing))


if __name__ == "__main__":
    main()
