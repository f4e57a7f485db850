"""Addresses of voting: paper, desk and letters."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.voting.views import desk, letters, paper

urlpatterns: list[URLPattern | URLResolver] = [
    path("vote/<slug:round>/booklet.pdf", paper.booklet, name="booklet"),
    path("vote/<slug:round>/paper/", paper.paper, name="paper"),
    path("vote/<slug:round>/paper/ballot.pdf", paper.paper_ballot, name="paper_ballot"),
    path("vote/<slug:round>/paper/clerks/", paper.paper_clerks, name="paper_clerks"),
    path("vote/<slug:round>/paper/wait/", paper.paper_wait, name="paper_wait"),
    path("vote/<slug:round>/paper/envelopes/", paper.envelopes, name="envelopes"),
    path("vote/<slug:round>/paper/envelopes/open/", paper.envelopes_open, name="envelopes_open"),
    path("vote/<slug:round>/paper/envelopes/<int:envelope>/back/", paper.envelope_back, name="envelope_back"),
    path("vote/<slug:round>/paper/batches/<int:batch>/", paper.batch, name="batch"),
    path("vote/<slug:round>/paper/batches/<int:batch>/cover.pdf", paper.batch_cover, name="batch_cover"),
    path("vote/<slug:round>/paper/batches/<int:batch>/<int:ballot>/", paper.ballot_key, name="ballot_key"),
    path("vote/<slug:round>/desk/", desk.desk, name="desk"),
    path("vote/<slug:round>/codes/", letters.codes, name="codes"),
    path("vote/<slug:round>/codes/<uuid:run>/", letters.letters, name="letters"),
    path("vote/<slug:round>/codes/<uuid:run>/<int:part>.pdf", letters.letters_part, name="letters_part"),
    path("vote/<slug:round>/codes/<uuid:run>/away/", letters.letters_away, name="letters_away"),
    path("vote/<slug:round>/roll-audit/", letters.roll_audit, name="roll_audit"),
]
