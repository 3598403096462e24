"""All addresses: pages of ours are listed in pages/urls.py, on one screen."""

from django.urls import include, path

urlpatterns = [path("", include("pages.urls"))]

handler403 = "pages.errors.forbidden"
handler404 = "pages.errors.not_found"
handler500 = "pages.errors.broken"
