"""Addresses of the other packages' pages."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def address_of(name: str, *args: Any) -> str:
    """The address of a page by its name; empty where this installation leaves that page out."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
