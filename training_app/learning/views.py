"""The room's pages."""

from __future__ import annotations

from . import (  # noqa: F401
    feedbackmodels,
    models,
    views_feedback,
    views_feedback_keeping,
    views_feedback_results,
    views_outside,
    views_outside_import,
    views_outside_own,
    views_quiz,
    views_quiz_own,
    views_quiz_questions,
    views_scores,
)
from .blueprint import bp

blueprints = (bp,)
