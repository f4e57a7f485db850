"""Makes small workbooks and broken containers for tests, byte by byte: no library writes files this odd."""

from __future__ import annotations

import io
import struct
import zipfile
from xml.sax.saxutils import escape

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    ' Target="xl/workbook.xml"/></Relationships>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def letters(index: int) -> str:
    return (chr(64 + index // 26) if index >= 26 else "") + chr(65 + index % 26)


def sheet_xml(rows: list[list], before: str = "") -> str:
    """A worksheet; text starting with "=" is a formula, a pair (formula, value) one with its result."""
    lines = []
    for number, cells in enumerate(rows, 1):
        parts = []
        for index, cell in enumerate(cells):
            where = f'r="{letters(index)}{number}"'
            if cell is None or cell == "":
                continue
            if isinstance(cell, tuple):
                parts.append(f"<c {where}><f>{escape(cell[0])}</f><v>{cell[1]}</v></c>")
            elif isinstance(cell, str) and cell.startswith("="):
                parts.append(f"<c {where}><f>{escape(cell[1:])}</f></c>")
            elif isinstance(cell, str):
                parts.append(f'<c {where} t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>')
            else:
                parts.append(f"<c {where}><v>{cell!r}</v></c>")
        lines.append(f'<row r="{number}">{"".join(parts)}</row>')
    return (
        f'<?xml version="1.0"?>{before}<worksheet xmlns="{_MAIN}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    )


def make_xlsx(
    sheets: dict[str, list[list]],
    *,
    extra: dict[str, bytes] | None = None,
    raw: dict[str, str] | None = None,
    hidden: tuple[str, ...] = (),
) -> bytes:
    """A workbook with the given sheets; `raw` replaces the XML of a sheet, `extra` adds parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELS)
        entries, relations = [], []
        for number, (name, rows) in enumerate(sheets.items(), 1):
            state = ' state="hidden"' if name in hidden else ""
            entries.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="rId{number}"/>')
            relations.append(
                f'<Relationship Id="rId{number}" Type="{_OFFICE}relationships/worksheet"'
                f' Target="worksheets/sheet{number}.xml"/>'
            )
            archive.writestr(f"xl/worksheets/sheet{number}.xml", (raw or {}).get(name) or sheet_xml(rows))
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}relationships">'
            f"<sheets>{''.join(entries)}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}">{"".join(relations)}</Relationships>',
        )
        for name, content in (extra or {}).items():
            archive.writestr(name, content)
    return out.getvalue()


def make_ods(rows_xml: str, before: str = "") -> bytes:
    """An OpenDocument sheet with the given rows, as XML."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{_ODF}manifest:1.0"><manifest:file-entry'
            ' manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            "</manifest:manifest>",
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?>{before}<office:document-content xmlns:office="{_ODF}office:1.0"'
            f' xmlns:table="{_ODF}table:1.0" xmlns:text="{_ODF}text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="April">{rows_xml}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return out.getvalue()


def ods_row(cells: list) -> str:
    parts = []
    for cell in cells:
        if isinstance(cell, str):
            text = f"<text:p>{escape(cell)}</text:p>"
            parts.append(f'<table:table-cell office:value-type="string">{text}</table:table-cell>')
        else:
            parts.append(f'<table:table-cell office:value-type="float" office:value="{cell}"/>')
    return f"<table:table-row>{''.join(parts)}</table:table-row>"


def make_zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def lie_about_size(packed: bytes, name: str, size: int) -> bytes:
    """The same archive whose directory says another size for one part."""
    changed = bytearray(packed)
    at = 0
    while (at := changed.find(b"PK\x01\x02", at)) >= 0:
        length = struct.unpack_from("<H", changed, at + 28)[0]
        if changed[at + 46 : at + 46 + length] == name.encode():
            struct.pack_into("<I", changed, at + 24, size)
        at += 46
    return bytes(changed)


def many_entries(count: int, said: int | None = None) -> bytes:
    """A directory of a great many entries with nothing behind them; `said` is how many the end record admits."""
    entry = struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory = entry * count
    said = min(count, 0xFFFF) if said is None else said
    return directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, said, said, len(directory), 0, 0)


def make_ole(streams: dict[str, bytes], *, circle: bool = False) -> bytes:
    """An OLE container holding streams of at least 4,096 bytes each; `circle` makes a chain run into itself."""
    sector = 512
    fat: list[int] = [0xFFFFFFFD]  # sector 0 is the table itself
    body: list[bytes] = []
    places = {}
    for name, content in streams.items():
        content = content.ljust(4096, b"\0")
        count = -(-len(content) // sector)
        first = len(fat)
        places[name] = first, len(content)
        fat += [first + number + 1 for number in range(count - 1)] + [first if circle else 0xFFFFFFFE]
        body += [content[at * sector : (at + 1) * sector].ljust(sector, b"\0") for at in range(count)]
    directory_first = len(fat)
    entries = [_ole_entry("Root Entry", 5, 0xFFFFFFFE, 0)]
    entries += [_ole_entry(name, 2, *place) for name, place in places.items()]
    directory = b"".join(entries)
    directory = directory.ljust(-(-len(directory) // sector) * sector, b"\0")
    count = len(directory) // sector
    fat += [directory_first + number + 1 for number in range(count - 1)] + [0xFFFFFFFE]
    body += [directory[at * sector : (at + 1) * sector] for at in range(count)]
    assert len(fat) <= 128
    table = struct.pack("<128I", *fat, *[0xFFFFFFFF] * (128 - len(fat)))
    header = struct.pack(
        "<8s16sHHHHHHIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1,
        directory_first, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0,
    )  # fmt: skip
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + table + b"".join(body)


def _ole_entry(name: str, kind: int, first: int, size: int) -> bytes:
    encoded = name.encode("utf-16-le") + b"\0\0"
    none = 0xFFFFFFFF
    rest = struct.pack("<HBBIII16sIQQIQ", len(encoded), kind, 1, none, none, none, b"", 0, 0, 0, first, size)
    return encoded.ljust(64, b"\0") + rest


def biff(*records: tuple[int, bytes]) -> bytes:
    """Records of an old workbook's stream."""
    return b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in records)
