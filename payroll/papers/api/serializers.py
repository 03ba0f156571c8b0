"""What the API of the papers takes and gives."""

from typing import Any

from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from payroll.papers.duties import DutyState
from payroll.papers.states import FilingKind, RefundKind


class PaperColumnSerializer(serializers.Serializer[Any]):
    """A column of a paper."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field's own label is meant by nobody here
    kind = serializers.CharField()


class PaperSheetSerializer(serializers.Serializer[Any]):
    """A table of a paper. Rows map the keys of columns to values; money is decimal strings."""

    key = serializers.CharField()
    title = serializers.CharField()
    columns = PaperColumnSerializer(many=True)
    rows = serializers.ListField(child=serializers.DictField())
    totals = serializers.DictField(allow_null=True)


class PaperSerializer(serializers.Serializer[Any]):
    """A paper of the office as data."""

    key = serializers.CharField()
    title = serializers.CharField()
    currency = serializers.CharField()
    notes = serializers.ListField(child=serializers.CharField())
    sheets = PaperSheetSerializer(many=True)


class DutySerializer(serializers.Serializer[Any]):
    """Something that is due in a month, and who did it."""

    key = serializers.CharField()
    title = serializers.CharField()
    due_on = serializers.DateField()
    standing = serializers.ChoiceField(choices=[state.value for state in DutyState])
    kind = serializers.CharField(allow_null=True)
    subject = serializers.CharField()
    currency = CurrencyField()
    amount = MoneyField(source="cents", allow_null=True)
    done_by = serializers.CharField()
    done_on = serializers.DateField(allow_null=True)


class PaperMonthSerializer(serializers.Serializer[Any]):
    """A month, as its first day."""

    month = serializers.DateField()


class MadeStatementSerializer(serializers.Serializer[Any]):
    """A fund's contribution statement of a month."""

    id = serializers.IntegerField()
    fund_id = serializers.IntegerField()
    month = serializers.DateField()
    currency = CurrencyField()
    total = MoneyField(source="total_cents")
    send_by = serializers.DateField()
    pay_by = serializers.DateField()


class OrderMadeSerializer(serializers.Serializer[Any]):
    """A payment order that waits for a second person."""

    id = serializers.IntegerField()
    reference = serializers.CharField()
    execute_on = serializers.DateField()
    currency = CurrencyField()
    total = MoneyField(source="total_cents")


class NewFilingSerializer(serializers.Serializer[Any]):
    """That something was handed in at its portal."""

    kind = serializers.ChoiceField(choices=FilingKind.choices)
    subject = serializers.CharField(max_length=80)
    filed_on = serializers.DateField()
    reference = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)


class FilingSerializer(serializers.Serializer[Any]):
    """Something that was handed in, with its figures."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=FilingKind.choices)
    subject = serializers.CharField()
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    filed_on = serializers.DateField()
    reference = serializers.CharField()
    figures = serializers.DictField(child=serializers.CharField())


class NewRefundSerializer(serializers.Serializer[Any]):
    """Sick or maternity pay to be claimed back; `until` no longer counts, `rate` is a share."""

    person = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    kind = serializers.ChoiceField(choices=RefundKind.choices)
    since = serializers.DateField()
    until = serializers.DateField()
    rate = serializers.DecimalField(max_digits=4, decimal_places=3, min_value=0, max_value=1)
    with_contributions = serializers.BooleanField(default=False)


class RefundProposalSerializer(serializers.Serializer[Any]):
    """Days that were paid during an absence and may be claimed back; `until` is the day that no longer counts."""

    person = serializers.IntegerField(source="person_id")
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=RefundKind.choices)
    since = serializers.DateField()
    until = serializers.DateField()
    rate = serializers.DecimalField(max_digits=4, decimal_places=3, allow_null=True)
    currency = CurrencyField()
    amount = MoneyField(source="amount_cents", allow_null=True)


class RefundSerializer(serializers.Serializer[Any]):
    """A claimed refund."""

    id = serializers.IntegerField()
    person = serializers.IntegerField(source="person_id")
    kind = serializers.ChoiceField(choices=RefundKind.choices)
    since = serializers.DateField()
    until = serializers.DateField()
    currency = CurrencyField()
    pay = MoneyField(source="pay_cents")
    employer_contributions = MoneyField(source="employer_cents")
    amount = MoneyField(source="amount_cents")
