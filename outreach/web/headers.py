"""Security headers: nothing from elsewhere, nothing inline, and mails only ever shown in a sandbox."""

from __future__ import annotations

from flask import Flask, Response, g, request

POLICY = "; ".join(
    (
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
    )
)
# A mail brings its own styles and pictures; it runs no script, sends no form and is nobody of ours.
SANDBOX = "; ".join(
    (
        "sandbox allow-popups allow-popups-to-escape-sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src http: https: data:",
        "font-src http: https: data:",
        "base-uri 'self'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    )
)


def install(app: Flask, *, https: bool) -> None:
    """Put the headers on every answer."""

    def add(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", POLICY)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        if request.endpoint != "static" and g.get("user") is not None:
            headers.setdefault("Cache-Control", "no-store")
        if https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response

    app.after_request(add)


def sandboxed(response: Response) -> Response:
    """The answer as it may stand in an <iframe sandbox>: HTML a user or a stranger wrote."""
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def embeddable(response: Response) -> Response:
    """The answer as other sites may show it in a frame: the sign-up form."""
    response.headers["Content-Security-Policy"] = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
    return response
