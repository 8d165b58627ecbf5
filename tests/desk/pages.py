"""Addresses of the desk, and what its pages say."""

from django.contrib.messages import get_messages
from django.urls import reverse

from tallystick.timeline import queries as timeline_queries


def url(name, book, **parts):
    return reverse(f"desk:{name}", kwargs={"account_id": book.account.pk, **parts})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def kinds(account):
    return [event["kind"] for event in timeline_queries.of_account([account.pk])]
