"""Fields that all parts of the API share."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from coop.errors import InvalidInput
from coop.money import decimal_string, parse_cents

_SCHEMA = {
    "type": "string",
    "pattern": r"^-?[0-9]{1,15}(\.[0-9]{1,2})?$",
    "example": "1284.37",
    "description": "A decimal string in EUR, with a point and two places.",
}


@extend_schema_field(_SCHEMA)
class MoneyField(serializers.Field):  # type: ignore[type-arg]
    """Integer cents inside, a decimal string such as "12.30" outside. A JSON number is refused: it may be a float.

    `positive=True` refuses zero and less.
    """

    default_error_messages = {
        "invalid": _("Write an amount as a string with a point and at most two decimals, such as 1284.37."),
        "positive": _("The amount must be more than zero."),
    }

    def __init__(self, *, positive: bool = False, **kwargs: Any) -> None:
        self.positive = positive
        super().__init__(**kwargs)

    def to_internal_value(self, data: object) -> int:
        """The cents of a decimal string."""
        try:
            cents = parse_cents(data)  # type: ignore[arg-type]  # anything but a string is refused there
        except InvalidInput:
            self.fail("invalid")
        if self.positive and cents <= 0:
            self.fail("positive")
        return cents

    def to_representation(self, value: int) -> str:
        """The decimal string of cents."""
        return decimal_string(value)


class CurrencyField(serializers.ReadOnlyField):
    """Says once in an object which currency its amounts have: always EUR."""

    def __init__(self) -> None:
        super().__init__(source="*")

    def to_representation(self, _value: object) -> str:
        """The code of the euro."""
        return "EUR"


extend_schema_field({"type": "string", "enum": ["EUR"]})(CurrencyField)
