"""Addresses of proposals, as a list of their own that `rounds.urls` includes."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.rounds.views.proposals import beginning, files, joining, listing, one, writing

_ONE = "rounds/<slug:round>/proposals/<int:number>/"
PROPOSALS: list[URLPattern | URLResolver] = [
    path("proposals/", listing.proposals, name="proposals"),
    path("rounds/<slug:round>/proposals/", listing.of_round, name="round_proposals"),
    path("rounds/<slug:round>/proposals/proposals.csv", listing.as_csv, name="proposals_csv"),
    path("rounds/<slug:round>/proposals/new/", beginning.propose, name="propose"),
    path("rounds/<slug:round>/proposals/like/", beginning.like, name="proposals_like"),
    path(_ONE, one.proposal, name="proposal"),
    path(_ONE + "comment/", one.comment, name="proposal_comment"),
    path(_ONE + "endorse/", one.endorse, name="proposal_endorse"),
    path(_ONE + "withdraw/", one.withdraw, name="proposal_withdraw"),
    path(_ONE + "versions/", one.history, name="proposal_versions"),
    path(_ONE + "join/", joining.merge, name="proposal_merge"),
    path(_ONE + "print/", one.sheet, name="proposal_print"),
    path(_ONE + "poster/", one.poster, name="proposal_poster"),
    path(_ONE + "poster.pdf", one.poster_file, name="proposal_poster_pdf"),
    path(_ONE + "edit/", writing.edit, name="proposal_edit"),
    path(_ONE + "edit/step/<slug:step>/", writing.edit, name="proposal_edit_step"),
    path("drafts/", beginning.mine, name="my_proposals"),
    path("drafts/<int:draft>/", writing.my_draft, name="my_draft"),
    path("drafts/<int:draft>/step/<slug:step>/", writing.my_draft, name="my_draft_step"),
    path("drafts/<str:key>/", writing.by_key, name="draft"),
    path("drafts/<str:key>/step/<slug:step>/", writing.by_key, name="draft_step"),
    path("authors/<str:token>/", joining.invitation, name="author_invitation"),
    path("pictures/<str:name>", files.picture, name="picture"),
    path("pictures/small/<str:name>", files.picture, {"size": "small"}, name="picture_small"),
    path("map.svg", files.map, name="outline_map"),
]
