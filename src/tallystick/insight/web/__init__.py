"""The web door: figures of closed months, as pages, JSON and CSV."""

from django.urls import URLPattern, path

from tallystick.insight.web import months, sending

urlpatterns: list[URLPattern] = [
    path("months", months.months, name="months"),
    path("months.json", sending.as_json, name="as_json"),
    path("months.csv", sending.as_csv, name="as_csv"),
    path("months/<int:client_id>/<str:currency>/<str:month>", months.month, name="month"),
]
