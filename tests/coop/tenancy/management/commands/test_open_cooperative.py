"""`python manage.py open_cooperative`."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from coop.tenancy.models import Address, Cooperative, User
from coop.tenancy.queries import policy_on, roles_of
from coop.tenancy.scope import coop_scope
from coop.tenancy.states import Role
from tests.factories.tenancy import FOUNDED, legal, make_user, policy, unique


@pytest.fixture(autouse=True)
def _english():
    """What is said is compared in English, whatever language is compiled."""
    with translation.override("en"):
        yield


def toml(value: object) -> str:
    """A value as TOML; rates as numbers, as people write them."""
    return f'"{value}"' if isinstance(value, str) else str(value)


def written(path: Path, slug: str, *, leave_out: str = "", **changes: object) -> Path:
    """A file of a cooperative at `slug`."""
    tables = {"legal": legal(slug), "policy": policy()}
    lines = []
    for name, table in tables.items():
        if name != leave_out:
            merged = {**table, **{key: value for key, value in changes.items() if key in table}}
            lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in merged.items() if key != leave_out)]
    target = path / "cooperative.toml"
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def run(file: Path | str, email: str = "", **options: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command(
        "open_cooperative",
        str(file),
        "--administrator",
        email or f"first-{unique()}@example.org",
        "--name",
        "Erste",
        *(part for key, value in options.items() for part in (f"--{key}", value)),
        stdout=out,
    )
    return out.getvalue()


@pytest.fixture
def slug() -> str:
    return f"c{unique()}"[:40]


def test_a_file_opens_a_cooperative_with_its_first_administrator(db, tmp_path, slug):
    email = f"first-{unique()}@example.org"
    said = run(written(tmp_path, slug), email, since=FOUNDED.isoformat())
    assert slug in said
    address = Address.objects.get(slug=slug)
    user = User.objects.get(email=email)
    assert not user.has_usable_password()
    assert user.emailaddress_set.get().verified
    with coop_scope(address.coop_id):
        assert Cooperative.objects.get().name == f"Testgenossenschaft {slug}"
        assert roles_of(user, FOUNDED) == {Role.ADMINISTRATOR}
        # Written 0.09 and kept as 0.09: no binary fraction on the way.
        assert str(policy_on(FOUNDED).fee_rate) == "0.0900"


def test_a_known_login_becomes_administrator_and_keeps_its_name(db, tmp_path, slug):
    ada = make_user("Ada")
    run(written(tmp_path, slug), ada.email.upper(), since=FOUNDED.isoformat())
    assert User.objects.get(email__iexact=ada.email).name == "Ada"
    with coop_scope(Address.objects.get(slug=slug).coop_id):
        assert roles_of(ada, FOUNDED) == {Role.ADMINISTRATOR}


def test_a_taken_address_is_refused_and_opens_nothing(coop, tmp_path):
    before = Address.objects.count()
    with pytest.raises(CommandError, match="address"):
        run(written(tmp_path, coop.slug))
    assert Address.objects.count() == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"leave_out": "legal"}, r"no table \[legal\]"),
        ({"leave_out": "policy"}, r"no table \[policy\]"),
        ({"leave_out": "slug"}, r"\[legal\] has no slug"),
        ({"leave_out": "city"}, "city"),
        ({"leave_out": "fee_rate"}, "fee_rate"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"email": "nobody"}, "email"),
        ({"run_day": 31}, "run_day"),
        ({"vat_scheme": "sometimes"}, "vat_scheme"),
        ({"share_cents": "much"}, "share_cents"),
    ],
    ids=str,
)
def test_a_wrong_file_is_refused_by_name_and_opens_nothing(db, tmp_path, slug, changes, said):
    email = f"first-{unique()}@example.org"
    with pytest.raises(CommandError, match=said):
        run(written(tmp_path, changes.pop("slug", slug), **changes), email)
    assert not Address.objects.filter(slug=slug).exists()
    assert not User.objects.filter(email=email).exists()


def test_what_is_no_toml_is_refused(db, tmp_path):
    broken = tmp_path / "broken.toml"
    broken.write_text("[legal\nslug = ", encoding="utf-8")
    with pytest.raises(CommandError, match="is no TOML"):
        run(broken)
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "nowhere.toml")


def test_what_the_file_does_not_know_is_refused(db, tmp_path, slug):
    file = written(tmp_path, slug)
    file.write_text(file.read_text(encoding="utf-8") + "\nfavourite_colour = 'blue'\n", encoding="utf-8")
    with pytest.raises(CommandError, match="favourite_colour"):
        run(file)
    assert not Address.objects.filter(slug=slug).exists()
