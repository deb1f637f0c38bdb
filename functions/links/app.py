"""Unsubscribe links, tracking links and open pixels, authorized by the token in each link."""

import base64
from dataclasses import replace

from outrider.access.admission import admit
from outrider.kit.errors import OutriderError
from outrider.kit.http.edge import Api
from outrider.kit.http.requests import Request
from outrider.kit.http.responses import HTML, Answer
from outrider.kit.observability.logs import logger
from outrider.kit.settings import Environment, needs
from outrider.links import pages
from outrider.links.wiring import links

api = Api(admit)
handler = needs(
    Environment.keys_table,
    Environment.contacts_table,
    Environment.campaigns_table,
    Environment.enrollments_table,
    Environment.messages_table,
)(api.handler)

GIF = "image/gif"
_PIXEL = base64.b64decode("R0lGODlhAQABAPAAAAAAAAAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")


@api.get("/t/u/{token}", scope=None, media=HTML, head=False)
def show_unsubscribe(token: str, request: Request) -> Answer:  # noqa: ARG001 - takes any query
    """Show the unsubscribe page, which changes nothing"""
    try:
        link = links().read(token, "u")
        if link is None:
            return _unknown()
        if link.token.is_sample:
            return _page(200, pages.SAMPLE)
        return _page(200, pages.ASK if links().has_recipient(link) else pages.FORGOTTEN)
    except OutriderError as error:
        return _failed(error)


@api.head("/t/u/{token}", scope=None, media=HTML)
def check_unsubscribe(token: str, request: Request) -> Answer:
    """Check that an unsubscribe link is valid"""
    return replace(show_unsubscribe(token, request), body="")


@api.post("/t/u/{token}", scope=None, status=200, media=HTML)
def unsubscribe(token: str, request: Request) -> Answer:  # noqa: ARG001 - takes any query and body
    """Unsubscribe, by the button of the page or with one click (RFC 8058)"""
    try:
        link = links().read(token, "u")
        if link is None:
            return _unknown()
        if link.token.is_sample:
            return _page(200, pages.SAMPLE)
        return _page(200, pages.DONE if links().unsubscribe(link) else pages.FORGOTTEN)
    except OutriderError as error:
        return _failed(error)


@api.get("/t/c/{token}", scope=None, status=302, media=HTML, head=False)
def follow_link(token: str, request: Request) -> Answer:
    """Follow a tracking link"""
    try:
        link = links().read(token, "c")
        destination = links().destination(link) if link else None
        if link is None or destination is None:
            return _unknown()
        if request.method != "HEAD":
            links().clicked(link, request.headers)
    except OutriderError as error:
        return _failed(error)
    return Answer(302, "", HTML, {**pages.HEADERS, "Location": destination})


@api.head("/t/c/{token}", scope=None, status=302, media=HTML)
def check_link(token: str, request: Request) -> Answer:
    """Check where a tracking link leads, without counting a click"""
    return follow_link(token, request)


@api.get("/t/o/{image}", scope=None, media=GIF, head=False)
def show_picture(image: str, request: Request) -> Answer:
    """Get the tracking pixel, and count an open"""
    token, _, kind = image.partition(".")
    link = links().read(token, "o") if kind == "gif" else None
    if link is None:
        return _unknown()
    if request.method != "HEAD":
        links().opened(link, request.headers)
    return Answer(200, _PIXEL, GIF, dict(pages.HEADERS))


@api.head("/t/o/{image}", scope=None, media=GIF)
def check_picture(image: str, request: Request) -> Answer:
    """Check that the tracking pixel exists, without counting an open"""
    return replace(show_picture(image, request), body="")


def _page(status: int, body: str) -> Answer:
    return Answer(status, body, HTML, dict(pages.HEADERS))


def _unknown() -> Answer:
    return _page(404, pages.UNKNOWN)


def _failed(error: OutriderError) -> Answer:
    logger().warning("a recipient's request failed", status=error.status, detail=error.detail)
    answer = _page(error.status, pages.FAILED)
    answer.headers.update(error.headers)
    return answer
