"""The navigation leads somewhere: a misspelled name would leave its entry out without a word."""

import pytest
from django.urls import reverse

from coop.front.navigation import HOMES, PLACES


@pytest.mark.parametrize("name", [*(place.name for place in PLACES), *(name for _roles, name in HOMES)])
def test_every_place_has_an_address(name):
    assert reverse(name).startswith("/")
