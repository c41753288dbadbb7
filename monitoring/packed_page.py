"""A large HTML page as a small one: compressed inside, unpacked by the browser, still one file without internet.

Evidently's page carries 3.5 MB of its own JavaScript. Gzip inside a small page that every browser since 2023 can unpack
(`DecompressionStream`) brings a report under 3 MB.
"""

from __future__ import annotations

import base64
import gzip
from html import escape

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body style="font: 16px/1.5 system-ui, sans-serif">
<p id="note">Unpacking the report … 正在展开报告……</p>
<noscript><p>This report needs JavaScript. 本报告需要启用 JavaScript。</p></noscript>
<script id="packed" type="application/gzip">{packed}</script>
<script>
(async () => {{
  try {{
    const text = document.getElementById("packed").textContent;
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const page = await new Response(stream).text();
    document.open();
    document.write(page);
    document.close();
  }} catch (error) {{
    const note = document.getElementById("note");
    note.textContent = "This browser cannot unpack the report. 此浏览器无法展开报告。 " + error;
  }}
}})();
</script>
</body>
</html>
"""


def pack_page(page: str, title: str) -> str:
    """The page as a page that unpacks it; the same input gives the same bytes."""
    squeezed = gzip.compress(page.encode("utf-8"), compresslevel=9, mtime=0)
    return _PAGE.format(title=escape(title), packed=base64.b64encode(squeezed).decode("ascii"))


def unpack_page(packed: str) -> str:
    """What `pack_page` packed.

    >>> unpack_page(pack_page("<p>x</p>", title="t"))
    '<p>x</p>'
    """
    start = packed.index('type="application/gzip">') + len('type="application/gzip">')
    return gzip.decompress(base64.b64decode(packed[start : packed.index("</script>", start)])).decode("utf-8")
