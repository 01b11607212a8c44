"""What an error says to a program: problem details in JSON (RFC 9457), for who takes JSON and likes no text better."""

import json
from http import HTTPStatus

from kg.service.negotiation import Form, choose_form

TEXT = Form("txt", "text/plain", "utf-8")
PROBLEM = Form("json", "application/problem+json")
_JSON = Form("json", "application/json")


def problem(accept: str | None, status: int, detail: str) -> tuple[bytes, Form]:
    """Return the body of an error, and its form: problem details, or the detail alone as text.

    The type of the problem is none but its status (section 4.2.1).
    """
    if choose_form(accept, forms=(TEXT, PROBLEM, _JSON)) in (PROBLEM, _JSON):
        said = {"title": HTTPStatus(status).phrase, "status": status, "detail": detail}
        return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode(), PROBLEM
    return f"{detail}\n".encode(), TEXT
