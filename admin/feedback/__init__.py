"""Feedback in the console: ratings of my institution, texts to moderate, cases to put right, voids by two persons."""

from admin.feedback import cases, moderation, ratings, scores, voids
from admin.feedback.shared import routes
from server.authority.permissions import Permission
from server.web import MenuEntry

__all__ = ["cases", "menu", "moderation", "ratings", "routes", "scores", "voids"]

menu = MenuEntry("评价与投诉", "/admin/feedback", Permission.RATING_READ, 60)
