"""What the API reads and writes. Amounts are decimal strings in EUR."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from coop.tenancy.api_fields import CurrencyField, MoneyField
from invoicing.actions import CLIENT_FIELDS
from invoicing.law.amounts import MAX_LINES
from invoicing.law.vat import VatCase
from invoicing.models import Client, Invoice, InvoiceCancellation, InvoiceLine, Job, JobLine, JobMessage, PlannedInvoice
from invoicing.reports import EcList, EcListRow
from invoicing.states import AFTER_CANCELLATION, NOTED_WAYS, SERVICES, UNITS, VAT_CASES


class ClientSerializer(serializers.ModelSerializer[Client]):
    """A client."""

    class Meta:
        model = Client
        fields = ("id", *CLIENT_FIELDS)


_ONE = {"quantity": 1, "unit": "C62", "discount_cents": 0, "service": "", "title": "", "description": ""}


class JobLineInputSerializer(serializers.Serializer[JobLine]):
    """A line of a job, as it is written. The price is in EUR, with up to four places."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    quantity = serializers.DecimalField(max_digits=14, decimal_places=4, required=False)
    unit = serializers.ChoiceField(choices=UNITS, required=False)
    unit_price = serializers.DecimalField(max_digits=16, decimal_places=4)
    discount = MoneyField(source="discount_cents", required=False)
    service = serializers.ChoiceField(choices=SERVICES, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """One piece of the job itself, where nothing else is said."""
        return _ONE | attrs


class JobLineSerializer(serializers.ModelSerializer[JobLine]):
    """A line of a job, as it is read."""

    discount = MoneyField(source="discount_cents", read_only=True)
    net_amount = MoneyField(source="net_cents", read_only=True)

    class Meta:
        model = JobLine
        fields = (
            "position",
            "title",
            "description",
            "quantity",
            "unit",
            "unit_price",
            "discount",
            "service",
            "net_amount",
        )
        read_only_fields = fields


class JobSerializer(serializers.ModelSerializer[Job]):
    """A job, as it is read."""

    net_amount = MoneyField(source="net_cents", read_only=True)
    currency = CurrencyField()
    owner_name = serializers.CharField(source="owner.name", read_only=True)
    client_id = serializers.IntegerField(read_only=True)
    lines = JobLineSerializer(many=True, read_only=True)

    class Meta:
        model = Job
        fields = (
            "id",
            "title",
            "description",
            "client_id",
            "owner_name",
            "service_from",
            "service_until",
            "net_amount",
            "currency",
            "lines",
            "service",
            "performed_in",
            "certified",
            "recipient_same_trade",
            "below_threshold",
            "vat_case",
            "vat_question",
            "order_reference",
            "state",
            "state_on",
            "return_reason",
            "confirmed_on",
            "guaranteed",
        )
        read_only_fields = fields


class JobInputSerializer(serializers.Serializer[Job]):
    """A job, as it is written."""

    client_id = serializers.IntegerField(min_value=1, max_value=2**63 - 1)
    title = serializers.CharField(max_length=200)
    description = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    service_from = serializers.DateField()
    service_until = serializers.DateField()
    net_amount = MoneyField(source="net_cents", positive=True, required=False)
    lines = JobLineInputSerializer(many=True, required=False, allow_empty=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    service = serializers.ChoiceField(choices=SERVICES)
    performed_in = serializers.CharField(max_length=2, required=False, allow_blank=True)
    certified = serializers.BooleanField(required=False, allow_null=True)
    recipient_same_trade = serializers.BooleanField(required=False, allow_null=True)
    below_threshold = serializers.BooleanField(required=False, allow_null=True)
    order_reference = serializers.CharField(max_length=80, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, object]) -> dict[str, object]:
        """One price or lines, not both and not neither."""
        if len(attrs.keys() & {"net_cents", "lines"}) > 1 or not (
            self.partial or attrs.keys() & {"net_cents", "lines"}
        ):
            raise serializers.ValidationError(_("Give either a net amount or lines."))
        return attrs


class VatDecisionSerializer(serializers.Serializer[Job]):
    """What a person decides about the VAT of a job."""

    vat_case = serializers.ChoiceField(choices=VAT_CASES, source="case")
    why = serializers.CharField(max_length=1000)

    def validate_vat_case(self, value: str) -> VatCase:
        """The case itself."""
        return VatCase(value)


class PlannedInvoiceSerializer(serializers.ModelSerializer[PlannedInvoice]):
    """An invoice of a part of a job, planned beforehand."""

    net_amount = MoneyField(source="net_cents", positive=True)
    currency = CurrencyField()

    class Meta:
        model = PlannedInvoice
        fields = ("id", "kind", "title", "net_amount", "currency", "planned_on", "service_from", "service_until")


class IssuePlannedSerializer(serializers.Serializer[Invoice]):
    """With which date a planned invoice is issued."""

    issued_on = serializers.DateField()


class ReasonSerializer(serializers.Serializer[Job]):
    """Why a job goes back."""

    reason = serializers.CharField(max_length=4000)


class CancellationSerializer(serializers.Serializer[Job]):
    """Why a job is given up."""

    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class ConfirmationSerializer(serializers.Serializer[Job]):
    """That the client has confirmed."""

    confirmed_on = serializers.DateField()
    confirmed_by_name = serializers.CharField(max_length=200)
    way = serializers.ChoiceField(choices=NOTED_WAYS)
    evidence = serializers.CharField(max_length=4000)


class MessageSerializer(serializers.ModelSerializer[JobMessage]):
    """Something said on a job."""

    author = serializers.CharField(source="author.name", read_only=True)

    class Meta:
        model = JobMessage
        fields = ("id", "author", "by_owner", "text", "at", "read_at")
        read_only_fields = ("id", "by_owner", "at", "read_at")


class JobIdsSerializer(serializers.Serializer[Any]):
    """Which jobs."""

    job_ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), min_length=1, max_length=500
    )


class IssueSerializer(JobIdsSerializer):
    """Which confirmed jobs to invoice."""

    issued_on = serializers.DateField()


class InvoiceCancelSerializer(serializers.Serializer[Invoice]):
    """Why an invoice is taken back, and what becomes of its job."""

    reason = serializers.CharField(max_length=1000)
    then = serializers.ChoiceField(choices=[(state.value, state.value) for state in AFTER_CANCELLATION])


class InvoiceCancellationSerializer(serializers.ModelSerializer[InvoiceCancellation]):
    """How an invoice was taken back."""

    credit_amount = MoneyField(source="credit_cents", read_only=True)
    currency = CurrencyField()
    invoice_id = serializers.IntegerField(read_only=True)

    class Meta:
        model = InvoiceCancellation
        fields = ("invoice_id", "number", "cancelled_on", "reason", "credit_amount", "currency")
        read_only_fields = fields


class EcListRowSerializer(serializers.Serializer[EcListRow]):
    """Services to one business in another member state."""

    vat_id = serializers.CharField()
    name = serializers.CharField()
    invoices = serializers.IntegerField()
    net_amount = MoneyField(source="cents")


class EcListSerializer(serializers.Serializer[EcList]):
    """The figures of an EC sales list."""

    first_month = serializers.DateField()
    last_month = serializers.DateField()
    rows = EcListRowSerializer(many=True)
    total_amount = MoneyField(source="total_cents")
    unlisted_amount = MoneyField(source="unlisted_cents")
    currency = CurrencyField()


class InvoiceLineSerializer(serializers.ModelSerializer[InvoiceLine]):
    """One position of an invoice."""

    discount = MoneyField(source="discount_cents", read_only=True)
    net_amount = MoneyField(source="net_cents", read_only=True)

    class Meta:
        model = InvoiceLine
        fields = ("position", "title", "description", "quantity", "unit", "unit_price", "discount", "net_amount")


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    """An issued invoice."""

    net_amount = MoneyField(source="net_cents", read_only=True)
    vat_amount = MoneyField(source="vat_cents", read_only=True)
    gross_amount = MoneyField(source="gross_cents", read_only=True)
    paid_amount = MoneyField(source="paid_cents", read_only=True)
    fee_amount = MoneyField(source="fee_cents", read_only=True)
    currency = CurrencyField()
    job_id = serializers.IntegerField(read_only=True)
    client_id = serializers.IntegerField(read_only=True)
    lines = InvoiceLineSerializer(many=True, read_only=True)

    class Meta:
        model = Invoice
        fields = (
            "id",
            "kind",
            "number",
            "job_id",
            "client_id",
            "buyer_name",
            "issued_on",
            "due_on",
            "service_from",
            "service_until",
            "net_amount",
            "vat_amount",
            "gross_amount",
            "paid_amount",
            "fee_amount",
            "currency",
            "vat_case",
            "vat_rate",
            "state",
            "paid_on",
            "lines",
        )
        read_only_fields = fields
