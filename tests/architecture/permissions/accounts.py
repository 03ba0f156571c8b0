"""Login and one's own account, by django-allauth: they guard themselves and know no cooperative."""

from tests.architecture.permissions import ANY_LOGIN, PUBLIC

PERMISSIONS = {
    "account_login": PUBLIC,
    "account_logout": PUBLIC,
    "account_signup": PUBLIC,
    "account_inactive": PUBLIC,
    "account_email_verification_sent": PUBLIC,
    "account_confirm_email": PUBLIC,
    "account_confirm_login_code": PUBLIC,
    "account_reset_password": PUBLIC,
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": PUBLIC,
    "account_reset_password_from_key_done": PUBLIC,
    "mfa_authenticate": PUBLIC,
    "mfa_login_webauthn": PUBLIC,
    "account_email": ANY_LOGIN,
    "account_change_password": ANY_LOGIN,
    "account_set_password": ANY_LOGIN,
    "account_reauthenticate": ANY_LOGIN,
    "mfa_index": ANY_LOGIN,
    "mfa_reauthenticate": ANY_LOGIN,
    "mfa_reauthenticate_webauthn": ANY_LOGIN,
    "mfa_activate_totp": ANY_LOGIN,
    "mfa_deactivate_totp": ANY_LOGIN,
    "mfa_view_recovery_codes": ANY_LOGIN,
    "mfa_generate_recovery_codes": ANY_LOGIN,
    "mfa_download_recovery_codes": ANY_LOGIN,
    "mfa_list_webauthn": ANY_LOGIN,
    "mfa_add_webauthn": ANY_LOGIN,
    "mfa_remove_webauthn": ANY_LOGIN,
    "mfa_edit_webauthn": ANY_LOGIN,
}
SAMPLES = {
    "account_confirm_email": lambda _cast: {"key": "no-such-key"},
    "account_reset_password_from_key": lambda _cast: {"uidb36": "1", "key": "no-such-key"},
    "mfa_remove_webauthn": lambda _cast: {"pk": 1},
    "mfa_edit_webauthn": lambda _cast: {"pk": 1},
}
