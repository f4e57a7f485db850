"""Addresses of the log, the keys, the close and the opening."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.voting.views import keys, log, opening

urlpatterns: list[URLPattern | URLResolver] = [
    path("vote/<slug:round>/log/", log.log, name="log"),
    path("vote/<slug:round>/log/<int:index>/", log.entry, name="log_entry"),
    path("vote/<slug:round>/log/leaves.jsonl", log.leaves, name="log_leaves"),
    path("vote/<slug:round>/log/checkpoints.txt", log.checkpoints, name="checkpoints"),
    path("vote/<slug:round>/log/void/", log.void, name="void"),
    path("vote/<slug:round>/log/void/<int:request_id>/agree/", log.agree, name="void_agree"),
    path("vote/<slug:round>/keys/", keys.keys, name="keys"),
    path("vote/<slug:round>/keys/share/", keys.share, name="keys_share"),
    path("vote/<slug:round>/keys/rehearse/", keys.rehearse, name="keys_rehearse"),
    path("vote/<slug:round>/close/", opening.close, name="close"),
    path("vote/<slug:round>/close/round-key/", opening.round_key, name="round_key"),
    path("vote/<slug:round>/open/", opening.open_ballots, name="open"),
    path("vote/<slug:round>/open/draw/", opening.draw, name="open_draw"),
    path("vote/<slug:round>/open/again/", opening.again, name="open_again"),
    path("results/<slug:round>/evidence.zip", opening.evidence, name="evidence"),
]
