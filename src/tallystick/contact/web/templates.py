"""What messages say: the templates, one with its versions and a preview on a real account, and the text of a new version."""

from __future__ import annotations

from django.contrib import messages as said
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tallystick.access.web import ActorRequest, requires
from tallystick.contact import actions, forms
from tallystick.contact.queries import previews
from tallystick.contact.queries import templates as template_queries
from tallystick.contact.rules.fields import FIELDS, TABLES, words
from tallystick.contact.rules.words import Channel, Purpose, TemplateState
from tallystick.kernel import clock
from tallystick.kernel.refusals import NotFound, NotPermitted, Refusal


@requires("see accounts")
@require_GET
def templates(request: ActorRequest) -> HttpResponse:
    """List the templates, each in its newest version."""
    context = {"rows": template_queries.newest(), "may_edit": request.actor.may("edit templates")}
    return render(request, "contact/templates.html", context)


@requires("see accounts")
@require_GET
def template(request: ActorRequest, template_id: int) -> HttpResponse:
    """Show one version: its text, its versions, and what it says of an account."""
    found = template_queries.get_template(template_id)
    reference = request.GET.get("account", "").strip()
    shown, refusal = None, None
    try:
        shown = previews.preview(found, reference=reference, at=clock.now(), scope=request.actor.scope)
    except Refusal as no:
        refusal = no
    context = {
        "template": found,
        "versions": template_queries.versions(found),
        "reference": reference,
        "preview": shown,
        "refusal": refusal,
        "is_letter": found.channel == Channel.LETTER,
        "is_draft": found.state == TemplateState.DRAFT,
        "may_edit": request.actor.may("edit templates"),
    }
    return render(request, "contact/template.html", context, status=refusal.status if refusal else 200)


@requires("see accounts")
@require_GET
def letter(request: ActorRequest, template_id: int) -> HttpResponse:
    """Set the preview of a letter as PDF."""
    found = template_queries.get_template(template_id)
    if found.channel != Channel.LETTER:
        raise NotFound(what="letter", reference=template_id)
    reference = request.GET.get("account", "").strip()
    content = previews.preview_letter(found, reference=reference, at=clock.now(), scope=request.actor.scope)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="preview.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


def _fields() -> dict[str, object]:
    return {"fields": words(FIELDS), "tables": TABLES.items()}


@requires("edit templates")
@require_http_methods(["GET", "POST"])
def new_template(request: ActorRequest) -> HttpResponseBase:
    """Draft a template that did not exist."""
    form, refusal = forms.NewTemplateForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.draft_template(
                name=given["name"],
                channel=given["channel"],
                language_code=given["language"],
                purpose=given["purpose"],
                subject=given["subject"],
                body=given["body"],
                at=clock.now(),
                by=request.actor,
            )
        except NotPermitted:
            raise
        except Refusal as no:
            refusal = no
        else:
            return redirect("contact:template", made.pk)
    context = {"form": form, "refusal": refusal, **_fields()}
    return render(request, "contact/edit_template.html", context, status=422 if request.method == "POST" else 200)


@requires("edit templates")
@require_http_methods(["GET", "POST"])
def edit_template(request: ActorRequest, template_id: int) -> HttpResponseBase:
    """Change the text of a draft; of a version that was published, draft the next one."""
    found = template_queries.get_template(template_id)
    form = forms.TextForm(request.POST or None, initial={"subject": found.subject, "body": found.body})
    refusal = None
    if request.method == "POST" and form.is_valid():
        text = {"subject": form.cleaned_data["subject"], "body": form.cleaned_data["body"]}
        try:
            if found.state == TemplateState.DRAFT:
                made = actions.revise_template(template_id=found.pk, at=clock.now(), by=request.actor, **text)
            else:
                made = actions.draft_template(
                    name=found.name,
                    channel=Channel(found.channel),
                    language_code=found.language,
                    purpose=Purpose(found.purpose),
                    at=clock.now(),
                    by=request.actor,
                    **text,
                )
        except NotPermitted:
            raise
        except Refusal as no:
            refusal = no
        else:
            return redirect("contact:template", made.pk)
    context = {"template": found, "form": form, "refusal": refusal, **_fields()}
    return render(request, "contact/edit_template.html", context, status=422 if request.method == "POST" else 200)


@requires("edit templates")
@require_POST
def publish(request: ActorRequest, template_id: int) -> HttpResponseBase:
    """Let a draft speak from now on."""
    try:
        actions.publish_template(template_id=template_id, at=clock.now(), by=request.actor)
    except (NotFound, NotPermitted):
        raise
    except Refusal as refusal:
        said.error(request, str(refusal))
    else:
        said.success(request, _("Published. It speaks from now on; the version before is kept."))
    return redirect("contact:template", template_id)
