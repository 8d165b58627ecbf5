"""The web door: interest on an account and as it is agreed, and the law as data."""

from django.urls import path

from tallystick.charges.web import interest, law

urlpatterns = [
    path("clients/<int:client_id>/interest/", interest.agreements, name="agreements"),
    path("accounts/<int:account_id>/interest/", interest.interest, name="interest"),
    path("accounts/<int:account_id>/interest.json", interest.interest_json, name="interest_json"),
    path("accounts/<int:account_id>/fees/<int:fee_id>/take-back/", interest.take_back_fee, name="take_back_fee"),
    path("law/", law.overview, name="law"),
    path("law/review.json", law.review_json, name="law_review_json"),
    path("law/new", law.new, name="new_law"),
    path("law/<int:change_id>/", law.change, name="law_change"),
    path("law/<int:change_id>/decide", law.decide, name="decide_law"),
]
