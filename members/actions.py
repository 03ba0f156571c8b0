"""From the application to the exit: every write about people and their shares."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from coop.banking.actions import NewClaim, NewPayment, cancel_claim, create_payment_order, open_claims
from coop.banking.models import PaymentOrder
from coop.banking.queries import claims_of
from coop.banking.references import make_reference
from coop.banking.states import ClaimState, Purpose
from coop.errors import InvalidInput, NotFound, StetigError
from coop.ledger.actions import open_budgets, post
from coop.ledger.chart import AccountCode
from coop.ledger.lines import credit, debit, draft
from coop.messaging.actions import queue_mail
from coop.money import share_of
from coop.tenancy.actions import end_role, grant_role, invite, note_access
from coop.tenancy.links import absolute_url
from coop.tenancy.models import Invitation, RoleAssignment, User
from coop.tenancy.numbers import draw_numbers
from coop.tenancy.queries import policy_on, this_cooperative
from coop.tenancy.states import Role
from members.models import DepartedShare, Person, RegisterEntry, ShareSubscription
from members.shares import KIND
from members.states import PERSON_STATES, PersonState, RegisterEvent

CONTACT = ("name", "email", "street", "postcode", "city", "country", "phone", "profession", "language")
IN_REGISTER = ("name", "street", "postcode", "city", "country")
MOST_SHARES = 1000
NOTICE_MONTHS = 3
"""The shortest notice to the end of a year that the law knows; the statute may ask for more. Source: § 65 (2) GenG."""


class NoConsent(StetigError):
    """The declaration of accession is missing: tick that you join and have read the statute."""

    code = "no_consent"


class NotAMember(StetigError):
    """This person is no member."""

    code = "not_a_member"


class NoticeTooShort(StetigError):
    """Membership ends with a year, and notice is due at least three months before."""

    code = "notice_too_short"


class AlreadySettled(StetigError):
    """This share has been settled already."""

    code = "already_settled"


@transaction.atomic
def apply(*, at: datetime, consent: bool, shares: int = 1, tell_office: bool = True, **contact: Any) -> Person:
    """Take an application with its declaration of accession in text form (§ 15 GenG).

    `contact` holds the fields of `CONTACT`. Applying again with the same address changes nothing.

    Raises: NoConsent, InvalidInput.
    """
    if not consent:
        raise NoConsent
    if not 1 <= shares <= MOST_SHARES:
        raise InvalidInput(_("Choose at least one share and at most %(most)s.") % {"most": MOST_SHARES})
    person = Person(shares_wanted=shares, applied_at=at, consented_at=at, **_contact(contact))
    _check(person)
    before: Person | None = Person.objects.filter(state=PersonState.APPLIED, email=person.email).first()
    if before is not None:
        return before
    person.save(force_insert=True)
    if tell_office:
        cooperative = this_cooperative()
        _mail(
            key=f"application:{person.pk}",
            to=cooperative.email,
            language="de",
            subject=lambda: _("A new application for membership"),
            template="members/application",
            context={"url": absolute_url(reverse("members:person", args=[person.pk]))},
        )
    return person


@transaction.atomic
def admit(*, person_id: int, on: date, at: datetime, by: User) -> Person:
    """Admit an applicant: member at once, with number, register entry, budget, shares and a login to take up.

    Raises: NotFound, InvalidTransition, NoPolicy.
    """
    return admit_all(person_ids=[person_id], on=on, at=at, by=by)[0]


@transaction.atomic
def admit_all(*, person_ids: Sequence[int], on: date, at: datetime, by: User, invited: bool = True) -> list[Person]:
    """Admit many, in the order given and in a constant number of statements (invitations aside).

    With `invited=False` nobody is sent a login; give them one by `link_login`.

    Raises: as `admit`.
    """
    rows = {row.pk: row for row in Person.objects.select_for_update().filter(id__in=person_ids).order_by("id")}
    if len(rows) < len(set(person_ids)):
        raise NotFound(_("This application does not exist."))
    people = [rows[person_id] for person_id in dict.fromkeys(person_ids)]
    for person in people:
        PERSON_STATES.check(person.state, PersonState.ADMITTED)
    policy = policy_on(on)
    budgets = open_budgets(names=[person.name for person in people], on=on)
    numbers = draw_numbers("member", len(people))
    for person, budget, number in zip(people, budgets, numbers, strict=True):
        person.state, person.budget, person.member_number = PersonState.ADMITTED, budget, number
        person.admitted_on, person.decided_on, person.decided_by = on, on, by
    Person.objects.bulk_update(
        people, ["state", "budget", "member_number", "admitted_on", "decided_on", "decided_by"], batch_size=500
    )
    _subscribe([(person, person.shares_wanted) for person in people], share_cents=policy.share_cents, on=on, by=by,
               terms_days=policy.payment_terms_days, event=RegisterEvent.ADMITTED)  # fmt: skip
    if invited:
        for person in people:
            send_invitation(person_id=person.pk, at=at, by=by)
    return people


@transaction.atomic
def reject(*, person_id: int, reason: str, on: date, by: User) -> Person:
    """Refuse an application with a reason; the applicant is told, then the declaration is deleted (§ 15 GenG).

    Raises: NotFound, InvalidTransition, InvalidInput.
    """
    if not reason.strip():
        raise InvalidInput(_("Give the reason: the applicant reads it."))
    person = _lock(person_id)
    PERSON_STATES.check(person.state, PersonState.REJECTED)
    _mail(
        key=f"application:{person.pk}:rejected",
        to=person.email,
        language=person.language,
        subject=lambda: _("Your application for membership"),
        template="members/rejected",
        context={"greeting_name": person.name, "reason_given": reason.strip()},
    )
    person.rejected_reason = reason.strip()[:500]
    _forget(person, PersonState.REJECTED, on, by)
    return person


@transaction.atomic
def withdraw(*, person_id: int, on: date, by: User) -> Person:
    """Take an application back as the applicant wished; what it said is deleted.

    Raises: NotFound, InvalidTransition.
    """
    person = _lock(person_id)
    PERSON_STATES.check(person.state, PersonState.WITHDRAWN)
    _forget(person, PersonState.WITHDRAWN, on, by)
    return person


@transaction.atomic
def send_invitation(*, person_id: int, at: datetime, by: User) -> Invitation:
    """Send a member the link to their login. Raises: NotFound, NotAMember, InvalidInput."""
    person = _lock(person_id)
    if not person.is_member:
        raise NotAMember
    if person.user_id:
        raise InvalidInput(_("This member has a login already."))
    with override(person.language):
        label = _("Create my login")
    invitation, secret = invite(email=person.email, name=person.name, role=Role.MEMBER, at=at, by=by)
    _mail(
        key=f"invitation:{invitation.pk}",
        to=person.email,
        language=person.language,
        subject=lambda: _("Welcome: your login"),
        template="members/invitation",
        context={
            "greeting_name": person.name,
            "button_url": absolute_url(reverse("tenancy:accept_invitation", args=[secret])),
            "button_label": label,
            "expires_at": invitation.expires_at,
            "subscription": ShareSubscription.objects.filter(person=person).order_by("id").first(),
        },
    )
    return invitation


def link_invited(invitation: Invitation, user: User) -> None:
    """Give the member behind an invitation their login."""
    if invitation.role == Role.MEMBER and not Person.objects.filter(user=user).exists():
        invited = Person.objects.filter(
            email__iexact=invitation.email, user__isnull=True, state=PersonState.ADMITTED
        ).order_by("id")
        person = invited.first()
        if person:
            link_login(person_id=person.pk, user=user)


@transaction.atomic
def link_login(*, person_id: int, user: User) -> Person:
    """Let a login be this person's. Raises: NotFound, InvalidInput."""
    person = _lock(person_id)
    if person.user_id not in {None, user.pk} or Person.objects.filter(user=user).exclude(id=person_id).exists():
        raise InvalidInput(_("The login or the member belongs to somebody else."))
    person.user = user
    person.save(update_fields=["user"])
    _end_members_role(person, by=None)  # where a notice was recorded before the login was there
    return person


@transaction.atomic
def subscribe_shares(*, person_id: int, count: int, on: date, by: User) -> ShareSubscription:
    """Subscribe further shares at the day's policy; a claim waits for their payment.

    Raises: NotFound, NotAMember, InvalidInput, NoPolicy.
    """
    person = _lock(person_id)
    if not person.is_member:
        raise NotAMember
    if not 1 <= count <= MOST_SHARES:
        raise InvalidInput(_("Choose at least one share and at most %(most)s.") % {"most": MOST_SHARES})
    policy = policy_on(on)
    return _subscribe([(person, count)], share_cents=policy.share_cents, on=on, by=by,
                      terms_days=policy.payment_terms_days, event=RegisterEvent.SHARES)[0]  # fmt: skip


@transaction.atomic
def change_contact(*, person_id: int, on: date, by: User, **contact: Any) -> Person:
    """Change contact data; the register records a new name or address.

    Raises: NotFound, InvalidInput.
    """
    person = _lock(person_id)
    before = [getattr(person, name) for name in IN_REGISTER]
    for name, value in _contact(contact).items():
        setattr(person, name, value)
    _check(person)
    person.save(update_fields=list(contact))
    if person.is_member and before != [getattr(person, name) for name in IN_REGISTER]:
        _register([(person, _shares_of(person))], event=RegisterEvent.DATA, on=on, by=by)
    note_access(user=by, action="contact data changed", about=f"person {person.pk}")
    return person


# --- leaving -------------------------------------------------------------------------------------------------------


@transaction.atomic
def leave(*, person_id: int, notice_on: date, leaves_on: date, by: User) -> Person:
    """Record a notice: membership ends with the year of `leaves_on`, as the statute's period asks.

    Raises: NotFound, NotAMember, NoticeTooShort.
    """
    person = _lock(person_id)
    if not person.is_member:
        raise NotAMember
    year_end = date(leaves_on.year, 12, 31)
    if leaves_on != year_end or notice_on > date(leaves_on.year, 12 - NOTICE_MONTHS, 30):
        raise NoticeTooShort
    person.notice_on, person.leaves_on = notice_on, leaves_on
    person.save(update_fields=["notice_on", "leaves_on"])
    _register([(person, _shares_of(person))], event=RegisterEvent.NOTICE, on=notice_on, by=by)
    _end_members_role(person, by=by)
    return person


def _end_members_role(person: Person, *, by: User | None) -> None:
    """From the day after the last one a login reads its own payslips and no more.

    Decided at the notice, so that nobody has to remember it on the day. Payslips stay readable: pensions, tax and
    benefits are claimed with them years later.
    """
    if person.user is None or person.leaves_on is None:
        return
    day_after = person.leaves_on + timedelta(days=1)
    held = RoleAssignment.objects.filter(user=person.user, role=Role.MEMBER, since__lt=day_after)
    for assignment in held.filter(Q(until__isnull=True) | Q(until__gt=day_after)):
        end_role(assignment_id=assignment.pk, on=day_after, by=by)
    grant_role(user=person.user, role=Role.FORMER, since=day_after, by=by)


@transaction.atomic
def end_membership(*, person_id: int, on: date, by: User) -> DepartedShare:
    """The exit day has come by `on`: what was paid on shares becomes capital of departed members, what was not is dropped.

    Raises: NotFound, InvalidTransition, InvalidInput.
    """
    person = _lock(person_id)
    PERSON_STATES.check(person.state, PersonState.LEFT)
    if person.leaves_on is None:
        raise InvalidInput(_("Record the notice first."))
    if on < person.leaves_on:
        raise InvalidInput(_("The membership lasts until its last day."))
    paid = _paid_on_shares(person)
    for claim in claims_of(list(paid)).values():
        if claim.state in {ClaimState.OPEN, ClaimState.PART}:
            cancel_claim(source=claim.source)
    capital = sum(paid.values())
    person.state = PersonState.LEFT
    person.save(update_fields=["state"])
    _end_members_role(person, by=by)
    departed: DepartedShare = DepartedShare.objects.create(
        person=person, left_on=person.leaves_on, capital_cents=capital
    )
    if capital:
        post(
            draft(
                f"departed:{departed.pk}",
                person.leaves_on,
                _("Shares of a departed member"),
                [
                    *(debit(AccountCode.MEMBERS_CAPITAL, cents, party=source) for source, cents in paid.items()),
                    credit(AccountCode.CAPITAL_OF_DEPARTED, capital, party=f"person:{person.pk}"),
                ],
            ),
            by=by,
        )
    _register([(person, _shares_of(person))], event=RegisterEvent.LEFT, on=person.leaves_on, by=by)
    return departed


@transaction.atomic
def settle_departed_share(*, person_id: int, value_share: Decimal, on: date, by: User) -> DepartedShare:
    """The assembly has set what a share is worth: so much is owed to the departed, the rest bears the loss.

    `value_share` is a share of what was paid in, such as Decimal("0.8").

    Source: § 73 GenG.
    Raises: NotFound, AlreadySettled, InvalidInput.
    """
    departed = _departed(person_id)
    if departed.settled_on is not None:
        raise AlreadySettled
    if not 0 <= value_share <= 1:
        raise InvalidInput(_("A share is worth between nothing and what was paid in."))
    value = share_of(departed.capital_cents, value_share)
    departed.settled_on, departed.value_cents = on, value
    departed.save(update_fields=["settled_on", "value_cents"])
    if departed.capital_cents:
        party = f"person:{person_id}"
        post(
            draft(
                f"departed:{departed.pk}:settled",
                on,
                _("Value of a departed member's shares"),
                [
                    debit(AccountCode.CAPITAL_OF_DEPARTED, departed.capital_cents, party=party),
                    credit(AccountCode.PAYABLE_MEMBER, value, party=party),
                    credit(AccountCode.LOSS_CARRIED, departed.capital_cents - value),
                ],
            ),
            by=by,
        )
    return departed


@transaction.atomic
def pay_departed_share(*, person_id: int, iban: str, execute_on: date, by: User, at: datetime) -> PaymentOrder:
    """Order the payment of a settled share; a second person approves it.

    Raises: NotFound, InvalidInput, AlreadyOrdered, InvalidPaymentOrder, NoDefaultAccount.
    """
    departed = _departed(person_id)
    if not departed.value_cents:
        raise InvalidInput(_("Nothing is owed: the assembly has not set a value, or it is nothing."))
    return create_payment_order(
        source=f"departed:{departed.pk}",
        purpose=Purpose.OTHER,
        execute_on=execute_on,
        lines=[
            NewPayment(
                party=f"person:{person_id}",
                name=departed.person.name,
                iban=iban,
                cents=departed.value_cents,
                text=_("Your shares in %(name)s") % {"name": this_cooperative().name[:80]},
                end_to_end_id=f"DEPARTED-{departed.pk}",
                account=AccountCode.PAYABLE_MEMBER,
            )
        ],
        by=by,
        at=at,
    )


# --- what they share -----------------------------------------------------------------------------------------------


def _contact(contact: dict[str, Any]) -> dict[str, Any]:
    unknown = set(contact) - set(CONTACT)
    if unknown:
        raise InvalidInput(_("Unknown: %(names)s") % {"names": ", ".join(sorted(unknown))})
    cleaned = {name: value.strip() for name, value in contact.items()}
    if "email" in cleaned:
        cleaned["email"] = cleaned["email"].lower()
    return cleaned


def _check(person: Person) -> None:
    try:
        person.full_clean(exclude=["coop", "user", "budget", "decided_by"], validate_constraints=False)
    except ValidationError as error:
        raise InvalidInput("; ".join(f"{k}: {' '.join(v)}" for k, v in error.message_dict.items())) from error


def _lock(person_id: int) -> Person:
    person: Person | None = Person.objects.select_for_update().filter(id=person_id).first()
    if person is None:
        raise NotFound(_("There is no such person."))
    return person


def _departed(person_id: int) -> DepartedShare:
    departed: DepartedShare | None = (
        DepartedShare.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(person_id=person_id)
        .first()
    )
    if departed is None:
        raise NotFound(_("This person has not left."))
    return departed


def _forget(person: Person, state: PersonState, on: date, by: User) -> None:
    person.state, person.decided_on, person.decided_by = state, on, by
    for name in ("name", "email", "street", "postcode", "city", "phone", "profession"):
        setattr(person, name, "")
    person.save()


def _subscribe(
    wanted: Sequence[tuple[Person, int]],
    *,
    share_cents: int,
    terms_days: int,
    on: date,
    by: User,
    event: RegisterEvent,
) -> list[ShareSubscription]:
    """Store subscriptions, register them, and open their claims."""
    before = _shares_of_all([person.pk for person, _count in wanted])
    numbers = draw_numbers("share", len(wanted))
    subscriptions = ShareSubscription.objects.bulk_create(
        [
            ShareSubscription(
                person=person,
                count=count,
                share_cents=share_cents,
                subscribed_on=on,
                reference=make_reference("AN", number),
            )
            for (person, count), number in zip(wanted, numbers, strict=True)
        ]
    )
    _register([(person, before.get(person.pk, 0) + count) for person, count in wanted], event=event, on=on, by=by)
    due_on = date.fromordinal(on.toordinal() + terms_days)
    open_claims(
        [
            NewClaim(
                kind=KIND,
                source=subscription.source,
                reference=subscription.reference,
                debtor=subscription.person.name,
                amount_cents=subscription.amount_cents,
                due_on=due_on,
                on=on,
            )
            for subscription in subscriptions
        ]
    )
    return subscriptions


def _register(people: Sequence[tuple[Person, int]], *, event: RegisterEvent, on: date, by: User) -> list[RegisterEntry]:
    return RegisterEntry.objects.bulk_create(
        [
            RegisterEntry(
                person=person,
                event=event,
                on=on,
                name=person.name,
                address=person.address,
                shares=shares,
                ends_on=person.leaves_on,
                recorded_by=by,
            )
            for person, shares in people
        ]
    )


def _shares_of_all(person_ids: Sequence[int]) -> dict[int, int]:
    counts: dict[int, int] = {}
    for person_id, count in ShareSubscription.objects.filter(person_id__in=person_ids).values_list(
        "person_id", "count"
    ):
        counts[person_id] = counts.get(person_id, 0) + count
    return counts


def _shares_of(person: Person) -> int:
    return _shares_of_all([person.pk]).get(person.pk, 0)


def _paid_on_shares(person: Person) -> dict[str, int]:
    """What was paid on each subscription of a person, by the source of its claim; unpaid ones count nothing."""
    sources = [subscription.source for subscription in ShareSubscription.objects.filter(person=person).order_by("id")]
    return {source: claim.paid_cents for source, claim in sorted(claims_of(sources).items())}


def _mail(*, key: str, to: str, language: str, subject: Any, template: str, context: dict[str, Any]) -> None:
    with override(language):
        title = subject()
    queue_mail(key=key, to=to, subject=title, template=template, context=context, language=language)
