"""PDF out of a template, through WeasyPrint."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation

from coop.tenancy.bulk import uncollected


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """A file inside a PDF that says the same as its pages. `metadata` are descriptions for the PDF's own (XMP, RDF)."""

    filename: str
    description: str
    data: bytes
    metadata: str


def pdf_of(template: str, context: dict[str, Any], language: str = "de", embedded: Embedded | None = None) -> bytes:
    """Render `template` with `context` in `language` and set it as PDF; with `embedded` as PDF/A-3b that carries it.

    The style sheet is static/css/documents.css. Styles and pictures come from the project's static files alone;
    nothing is fetched from outside.
    """
    from weasyprint import HTML, Attachment  # noqa: PLC0415 (system libraries and half a second; commands do without)

    with translation.override(language):
        html = render_to_string(template, context)
    document = HTML(string=html, base_url="static:/", url_fetcher=_static_only)
    options: dict[str, Any] = {"pdf_identifier": False}
    if embedded:
        attachment = Attachment(
            string=embedded.data,
            name=embedded.filename,
            description=embedded.description,
            relationship="Alternative",
        )
        options = {
            "pdf_variant": "pdf/a-3b",
            "attachments": [attachment],
            "finisher": _describe(embedded.metadata),
        }
    # A page is made of tens of thousands of boxes that live until it is drawn: to look for dead ones is a third of the time.
    with uncollected():
        data: bytes = document.write_pdf(stylesheets=[_styles()], font_config=_fonts(), **options)
    return data


def _describe(metadata: str) -> Callable[[Any, Any], None]:
    """Write descriptions into the one RDF of a PDF: validators ignore a second one, which is what WeasyPrint would write."""

    def finish(_document: Any, pdf: Any) -> None:
        number = int(pdf.catalog["Metadata"].split()[0])
        stream = pdf.objects[number]
        end = b"</rdf:RDF>"
        stream.stream = [part.replace(end, metadata.encode() + end) for part in stream.stream]
        # What reads only the surface of a PDF looks for this file by name and type.
        for item in pdf.objects:
            extra = getattr(item, "extra", {})
            if extra.get("Type") == "/EmbeddedFile":
                extra["Subtype"] = "/text#2fxml"

    return finish


@cache
def _styles() -> Any:
    """The style sheet of all documents, parsed once a process."""
    from weasyprint import CSS  # noqa: PLC0415

    found = finders.find("css/documents.css")
    return CSS(filename=str(found), font_config=_fonts(), url_fetcher=_static_only)


@cache
def _fonts() -> Any:
    """One font configuration a process: building it takes longer than a page."""
    from weasyprint.text.fonts import FontConfiguration  # noqa: PLC0415

    return FontConfiguration()


def _static_only(url: str, *_args: Any, **_kwargs: Any) -> dict[str, Any]:
    parts = urlparse(url)
    name = parts.path.removeprefix("/").removeprefix(settings.STATIC_URL.strip("/") + "/").lstrip("/")
    found = finders.find(name) if parts.scheme == "static" else None
    if not found:
        raise ValueError("documents use the project's static files only")
    path = Path(str(found))
    return {"string": path.read_bytes(), "mime_type": "text/css" if path.suffix == ".css" else None}
