"""Addresses of this room. What stands first wins, so words come before names."""

from django.urls import URLPattern, URLResolver, path

from pennypot.apps.rounds.proposal_urls import PROPOSALS
from pennypot.apps.rounds.views import results, review, rounds, running, setup

# Each matter keeps its own list, so that it reads as one.
_ROUNDS: list[URLPattern | URLResolver] = [
    path("rounds/", rounds.rounds, name="rounds"),
    path("rounds/how/", rounds.how, name="rounds_how"),
    path("rounds/new/", setup.new, name="round_new"),
    path("rounds/<slug:round>/", rounds.round, name="round"),
    path("rounds/<slug:round>/set-up/<slug:step>/", setup.setup, name="round_setup"),
    path("rounds/<slug:round>/ballot/", rounds.ballot, name="round_ballot"),
    path("rounds/<slug:round>/ballot/<int:number>/take-off/", rounds.take_off, name="round_take_off"),
    path("rounds/<slug:round>/dates/", running.move, name="round_dates"),
    path("rounds/<slug:round>/call-off/", running.call_off, name="round_call_off"),
    path("rounds/<slug:round>/give-back/", running.return_rest, name="round_give_back"),
]
_REVIEW: list[URLPattern | URLResolver] = [
    path("review/", review.desk, name="review_desk"),
    path("rounds/<slug:round>/decisions/", review.decisions, name="decisions"),
    path("rounds/<slug:round>/decisions/decisions.csv", review.decisions_csv, name="decisions_csv"),
    path("rounds/<slug:round>/proposals/<int:number>/review/", review.review, name="review"),
    path("rounds/<slug:round>/rivals/", review.rivals, name="rivals"),
]
_RESULTS: list[URLPattern | URLResolver] = [
    path("results/", results.results, name="results"),
    path("results/<slug:round>/", results.result, name="result"),
    path("results/<slug:round>/print/", results.result_print, name="result_print"),
    path("results/<slug:round>/ballots.pb", results.result_pb, name="result_pb"),
    path("results/<slug:round>/certificate.json", results.result_certificate, name="result_certificate"),
    path("results/<slug:round>/projects.csv", results.result_csv, name="result_csv"),
    path("results/<slug:round>/<int:number>/", results.result_of, name="result_of"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_ROUNDS, *PROPOSALS, *_REVIEW, *_RESULTS]
