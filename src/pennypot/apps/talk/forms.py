"""What people type into a conversation. The rules are in the actions; here is only the shape."""

from __future__ import annotations

import uuid

from django import forms
from django.utils.translation import gettext_lazy as _

from pennypot.apps.talk.actions import LONGEST_COMMENT


class Say(forms.Form):
    """Something to say; the key makes sending the form twice say it once."""

    text = forms.CharField(
        label=_("What do you want to say?"),
        max_length=LONGEST_COMMENT,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody will read it, with your name. It cannot be changed later, only taken back."),
    )
    parent = forms.IntegerField(required=False, min_value=1, max_value=2**62, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    use_required_attribute = False


class Reason(forms.Form):
    """Why a comment should not stand."""

    reason = forms.CharField(
        label=_("What is wrong with it?"), max_length=300, widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300})
    )


class HidingReason(forms.Form):
    """Why the place team hides a comment."""

    reason = forms.CharField(
        label=_("Why do you hide it?"),
        max_length=300,
        help_text=_("Everybody will see this in place of the comment."),
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 300}),
    )
