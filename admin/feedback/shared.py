"""What the pages about feedback have in common: their list of routes, and a reason somebody must give."""

from typing import Annotated

from server.web import Clean, Form, Routes, text

routes = Routes("feedback", tag="评价")

Told = Annotated[
    str, text(500, least=0), Clean
]  # an empty reason is refused by the core, with its own sentence


class Reasoned(Form):
    reason: Told = ""
