"""Every address of ours, on one screen."""

from django.urls import path

urlpatterns: list = []
