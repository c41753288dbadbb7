"""The pages as routes; each has its row in serving.pages.permissions."""

from __future__ import annotations

from starlette.routing import Route

from serving.pages import openid_sign_in, sign_in
from serving.pages.channels import channels
from serving.pages.commission import commission
from serving.pages.customer import customer
from serving.pages.customers import customers
from serving.pages.endpoint import page
from serving.pages.explore import explore_csv, explore_data, explore_page, library_file
from serving.pages.funnel import funnel
from serving.pages.incidents import incident, incidents
from serving.pages.lead import lead, score_lead
from serving.pages.lead_override import override_lead
from serving.pages.leads import leads, leads_csv
from serving.pages.library import PATH as LIBRARY_PATH
from serving.pages.model_changes import change_model, confirm_change
from serving.pages.models import card, drift, models
from serving.pages.recognition import recognition
from serving.pages.reviews import review_page, review_pdf, reviews
from serving.pages.setting import edit_setting, show_setting, undo_setting
from serving.pages.settings import settings
from serving.pages.today import today

PAGES = {
    "/sign-in": sign_in.show_sign_in,
    "/sign-in/openid": openid_sign_in.begin,
    "/sign-in/openid/return": openid_sign_in.come_back,
    "/preferences": sign_in.prefer,
    "/static/{digest}/{name}": sign_in.static,
    "/": sign_in.first_page,
    "/today": today,
    "/leads": leads,
    "/leads.csv": leads_csv,
    "/lead": lead,
    "/funnel": funnel,
    "/incidents": incidents,
    "/incident": incident,
    "/customers": customers,
    "/customer": customer,
    "/channels": channels,
    "/commission": commission,
    "/recognition": recognition,
    "/models": models,
    "/models/drift": drift,
    "/models/card": card,
    "/explore": explore_page,
    "/explore/data": explore_data,
    "/explore.csv": explore_csv,
    LIBRARY_PATH: library_file,
    "/reviews": reviews,
    "/reviews/page": review_page,
    "/reviews/pdf": review_pdf,
    "/models/change": confirm_change,
    "/settings": settings,
    "/settings/edit": show_setting,
}
FORMS = {
    "/sign-in": sign_in.sign_in,
    "/sign-out": sign_in.sign_out,
    "/lead/score": score_lead,
    "/lead/override": override_lead,
    "/models/change": change_model,
    "/settings/edit": edit_setting,
    "/settings/undo": undo_setting,
}


def page_routes() -> list[Route]:
    """All of them."""
    return [Route(path, page(handler), methods=["GET"]) for path, handler in PAGES.items()] + [
        Route(path, page(handler), methods=["POST"]) for path, handler in FORMS.items()
    ]
