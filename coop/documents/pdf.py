"""PDF out of a template, through WeasyPrint."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation


def pdf_of(template: str, context: dict[str, Any], language: str = "de") -> bytes:
    """Render `template` with `context` in `language` and set it as PDF.

    The style sheet is static/css/documents.css. Styles and pictures come from the project's static files alone;
    nothing is fetched from outside.
    """
    from weasyprint import HTML  # noqa: PLC0415 (needs system libraries and half a second; commands do without)

    with translation.override(language):
        html = render_to_string(template, context)
    document = HTML(string=html, base_url="static:/", url_fetcher=_static_only)
    data: bytes = document.write_pdf(stylesheets=[_styles()], font_config=_fonts(), pdf_identifier=False)
    return data


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
    if parts.scheme == "data":
        from weasyprint import default_url_fetcher  # noqa: PLC0415

        result: dict[str, Any] = default_url_fetcher(url)
        return result
    name = parts.path.removeprefix("/").removeprefix(settings.STATIC_URL.strip("/") + "/").lstrip("/")
    found = finders.find(name) if parts.scheme == "static" else None
    if not found:
        raise ValueError("documents use the project's static files only")
    path = Path(str(found))
    return {"string": path.read_bytes(), "mime_type": "text/css" if path.suffix == ".css" else None}
