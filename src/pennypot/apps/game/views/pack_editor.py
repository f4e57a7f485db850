"""Writing a pack: one step a page, one card a form. A draft is kept after every step."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from pennypot.apps.game import pack_edit
from pennypot.apps.game.actions import packs as actions
from pennypot.apps.game.actions.moves import cards_of
from pennypot.apps.game.faces import face_of, faces_of
from pennypot.apps.game.models import Pack
from pennypot.apps.game.pack_forms import FORMS, AboutForm, CardForm
from pennypot.apps.game.permissions.packs import may_change_pack, may_publish_pack
from pennypot.apps.game.queries.packs import pack_for
from pennypot.apps.places.models import Place
from pennypot.apps.places.queries import place_for
from pennypot.apps.places.views.asked import person_of, posted
from pennypot.house.answers import Invalid, require
from pennypot.play.lint import lint
from pennypot.play.pack import CARDS

# In the order of writing: the name of each step, what it asks for, and how many are good.
PARTS = {
    "lines": (gettext_lazy("Lines"), gettext_lazy("What each costs, three steps, and both sides' words"), (12, 16)),
    "needs": (gettext_lazy("Needs"), gettext_lazy("What public money is for, and how many people there are"), (8, 10)),
    "pool_cards": (gettext_lazy("What could be shared"), gettext_lazy("A desk, a team, a building"), (4, 8)),
    "idea_cards": (gettext_lazy("Ideas"), gettext_lazy("What people make elsewhere, at this place's price"), (20, 40)),
    "roles": (gettext_lazy("Seats"), gettext_lazy("Who sits there, what they know and care about"), (4, 8)),
    "assets": (gettext_lazy("What people bring"), gettext_lazy("Rooms, hours, skills, things, land"), (1, 40)),
    "events": (gettext_lazy("Events"), gettext_lazy("What happens to every table"), (2, 12)),
    "personas": (gettext_lazy("A day next year"), gettext_lazy("Whose day the table tells"), (2, 12)),
}


def overview(request: HttpRequest, here: Place, pack: Pack) -> HttpResponse:
    """How far a draft is, and what still stops it from being published."""
    cards = cards_of(pack)
    steps = []
    for part, (name, about, (least, most)) in PARTS.items():
        count = len(pack.given[part])
        well = least <= count <= most
        step = {"part": part, "name": name, "about": about, "count": count, "least": least, "most": most, "well": well}
        steps.append(step)
    rehearsed = pack.rehearsal.get("hash") == cards.hash
    context = {
        "place": here,
        "stage": "game",
        "pack": pack,
        "cards": cards,
        "steps": steps,
        "reasons": lint(cards, play=False),
        "rehearsal": pack.rehearsal,
        "rehearsed": rehearsed,
        "bots_say": actions.problems_of(pack.rehearsal) if rehearsed else [],
        "may_change": may_change_pack(request.user, here, pack),
        "may_publish": may_publish_pack(request.user, here, pack),
    }
    return render(request, "game/pack_draft.html", context)


def _draft(request: HttpRequest, place: str, number: int) -> tuple[Place, Pack]:
    here = place_for(request.user, place)
    pack = pack_for(request.user, here, number)
    require(may_change_pack(request.user, here, pack))
    return here, pack


@require_http_methods(["GET", "HEAD", "POST"])
def about(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """What the pack says of itself, and its money."""
    here, row = _draft(request, place, pack)
    given = row.given
    initial = {name: given[name] for name in ("title", "label", "about")} | given["policy"]
    form = AboutForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        facts = {name: said[name] for name in ("title", "label", "about")}
        policy = {name: said[name] for name in AboutForm.policy}
        try:
            seen = request.POST.get("seen", "")
            actions.save_about(person_of(request), here, row, facts, policy, seen=seen)
        except Invalid as problem:
            form.add_error(None, str(problem.message))
        else:
            return _kept(request, here, row, "lines")
    context = {"place": here, "stage": "game", "pack": row, "form": form, "seen": actions.about_stamp(row.given)}
    return render(request, "game/pack_about.html", context)


@require_http_methods(["GET", "HEAD"])
def part(request: HttpRequest, place: str, pack: int, part: str) -> HttpResponse:
    """The cards of one kind."""
    here, row = _draft(request, place, pack)
    if part not in PARTS:
        raise Http404
    name, about_it, (least, most) = PARTS[part]
    parts = list(PARTS)
    after = parts.index(part) + 1
    context = {
        "place": here,
        "stage": "game",
        "pack": row,
        "part": part,
        "name": name,
        "about_it": about_it,
        "least": least,
        "most": most,
        "faces": faces_of(cards_of(row), CARDS[part]),
        "next": parts[after] if after < len(parts) else "",
        "next_name": PARTS[parts[after]][0] if after < len(parts) else "",
    }
    return render(request, "game/pack_part.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def card(request: HttpRequest, place: str, pack: int, part: str, card: str) -> HttpResponse:
    """Write one card; without an id it is one that is not there yet."""
    here, row = _draft(request, place, pack)
    if part not in FORMS:
        raise Http404
    there = pack_edit.card_in(row.given, part, card) if card else None
    if there is None and card:
        raise Http404
    form = FORMS[part](posted(request), given=row.given, card=there)
    if request.method == "POST" and form.is_valid():
        try:
            _save(request, here, row, part, card, form)
        except Invalid as problem:
            form.add_error(None, str(problem.message))
        else:
            messages.success(request, _("The card is kept."))
            return redirect("pack_part", here.slug, row.pk, part)
    context = {
        "place": here,
        "stage": "game",
        "pack": row,
        "part": part,
        "name": PARTS[part][0],
        "card": there,
        "form": form,
        "plain_fields": _plain_fields(form),
        "seen": pack_edit.stamp(there),
        "face": face_of(cards_of(row), CARDS[part], card) if there else None,
    }
    return render(request, "game/pack_card.html", context)


def _save(request: HttpRequest, here: Place, row: Pack, part: str, card: str, form: CardForm) -> None:
    actions.save_card(
        person_of(request),
        here,
        row,
        part,
        card,
        form.card(),
        seen=request.POST.get("seen", ""),
        said=str(form.cleaned_data[form.name_field]),
    )


def _plain_fields(form: CardForm) -> list[forms.BoundField]:
    """The fields that do not belong to one of a line's steps."""
    grouped = {field.name for _number, fields in getattr(form, "steps", ()) for field in fields}
    return [field for field in form if field.name not in grouped]


def _kept(request: HttpRequest, here: Place, row: Pack, part: str) -> HttpResponse:
    messages.success(request, _("It is kept."))
    return redirect("pack_part", here.slug, row.pk, part)


@require_POST
def card_gone(request: HttpRequest, place: str, pack: int, part: str, card: str) -> HttpResponse:
    """Take a card out."""
    here, row = _draft(request, place, pack)
    if part not in PARTS:
        raise Http404
    try:
        actions.remove_card(person_of(request), here, row, part, card)
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("The card is taken out."))
    return redirect("pack_part", here.slug, row.pk, part)


@require_POST
def rehearse(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """Let bots play it."""
    here, row = _draft(request, place, pack)
    return redirect("work", actions.start_rehearsal(person_of(request), here, row).pk)


@require_POST
def publish(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """Publish it."""
    here = place_for(request.user, place)
    row = pack_for(request.user, here, pack)
    try:
        actions.publish_pack(person_of(request), here, row)
    except Invalid as problem:
        messages.error(request, str(problem.message))
    else:
        messages.success(request, _("The pack is published. From now on it stays as it is."))
    return redirect("pack", here.slug, row.pk)


@require_POST
def drop(request: HttpRequest, place: str, pack: int) -> HttpResponse:
    """Throw the draft away."""
    here, row = _draft(request, place, pack)
    actions.drop_draft(person_of(request), here, row)
    messages.success(request, _("The draft is thrown away."))
    return redirect("packs", here.slug)
