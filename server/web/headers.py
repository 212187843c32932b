"""What every answer says to browsers, whatever it is an answer to."""

ALWAYS: dict[str, str] = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
}
# Of what is no page: opened by itself it may load nothing and be framed by nobody.
NO_PAGE: dict[str, str] = {
    **ALWAYS,
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
