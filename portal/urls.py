"""The address map of the whole site. Pages and API of each app are listed in that app's own urls.py."""

from allauth.account import views as account
from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.utils.translation import gettext_lazy

from portal.pages import codes, dashboard, health, profile
from portal.schema import SchemaView

handler400 = "portal.pages.errors.bad_request"
handler403 = "portal.pages.errors.permission_denied"
handler404 = "portal.pages.errors.page_not_found"
handler500 = "portal.pages.errors.server_error"

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign,no-untyped-call] # one sign-in, with one limit
admin.site.index_title = gettext_lazy("Raw data")
admin.site.site_url = "/"

site_patterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("healthz", health.health, name="health"),
    path("profile/", profile.profile, name="profile"),
    path("profile/theme/", profile.choose_theme, name="theme-choose"),
    path("profile/keys/", profile.choose_keys, name="keys-choose"),
    path("docs/codes/", codes.code_list, name="code-list"),
    path("docs/codes/<str:code>", codes.code_detail, name="code-detail"),
]

# allauth's own names, because its views look them up; no sign-up, no reset by mail, no mail addresses.
sign_in_patterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/change/", account.password_change, name="account_change_password"),
]

urlpatterns = [
    path("", include((site_patterns, "portal"))),
    path("accounts/", include(sign_in_patterns)),
    path("admin/", admin.site.urls),
    path("api/v1/schema/", SchemaView.as_view(), name="api-schema"),
    path("", include("versions.urls")),
    path("", include("builds.urls")),
]
