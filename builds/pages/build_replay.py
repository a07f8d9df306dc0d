"""Replay: the question of a build, put to today's table, and the revision that made the difference."""

from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from builds.domain.replay import Question
from builds.pages.answer_parts import origin_words
from builds.pages.replay_lines import outcome_words, verdict
from builds.selectors.build_story import build_story
from builds.selectors.replay import replayed_today, turning_revision


@login_required
@permission_required("builds.view_build", raise_exception=True)
@require_safe
def build_replay(request: HttpRequest, build_id: int) -> HttpResponse:
    story = build_story(build_id=build_id)
    replayed = replayed_today(story)
    turn = turning_revision(replayed, since=story.revision) if story.revision and not replayed.is_same else None
    question = replayed.question if isinstance(replayed.question, Question) else None
    context = {
        "story": story,
        "row": story.row,
        "question": question,
        "origin": origin_words(question.request.origin) if question and question.request else "",
        "then": outcome_words(replayed.then),
        "now": outcome_words(replayed.now),
        "replayed": replayed,
        "verdict": verdict(replayed),
        "turn": turn,
        "before_turn": outcome_words(turn.before) if turn else "",
    }
    return render(request, "builds/build_replay.html", context)
