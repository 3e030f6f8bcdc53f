"""The knowledge test of the programme around today: ten questions, and some who have taken it on the phone."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from decimal import Decimal

from training_app.core.clock import at, local_date
from training_app.learning import quizquestions, quizrules, quizstanding, quiztaking, quizzes
from training_app.learning.quizmodels import Quiz
from training_app.learning.quizrules import MULTIPLE, SINGLE, TRUE_FALSE, Question

from . import acts
from .current import Current
from .stage import FUQIAO_COMMUNITY, KAIYUAN_COMMUNITY, Stage

_TEN = Decimal(10)
QUESTIONS = (
    Question(
        SINGLE,
        "工作中发现儿童遭受或者疑似遭受家庭暴力，儿童主任首先应当怎么做？",
        ("立即向公安机关报案", "先找家长核实清楚再说", "等下次例会时汇报", "请邻居帮忙劝一劝"),
        (0,),
        _TEN,
    ),
    Question(
        SINGLE,
        "外出务工的父母委托他人照护未成年子女的，应当怎么做？",
        (
            "告知学校和居住地的村（居）民委员会，并经常与孩子联系",
            "有亲戚照看就可以，不必告诉别人",
            "只要按时寄钱回家",
            "等孩子满十岁再委托",
        ),
        (0,),
        _TEN,
    ),
    Question(
        SINGLE,
        "给未成年人做探访记录时，下列哪种做法合适？",
        ("只记工作需要的情况，妥善保管", "把记录发到工作群请大家看", "记下孩子的全部隐私以备查", "口头了解，不用记录"),
        (0,),
        _TEN,
    ),
    Question(
        SINGLE,
        "《中华人民共和国未成年人保护法》规定，处理涉及未成年人事项应当坚持什么原则？",
        ("最有利于未成年人", "家长说了算", "维护学校名誉", "息事宁人"),
        (0,),
        _TEN,
    ),
    Question(
        MULTIPLE,
        "入户走访时，一般应当了解儿童的哪些情况？",
        ("监护情况", "健康状况", "就学情况", "邻居家的收入"),
        (0, 1, 2),
        _TEN,
    ),
    Question(
        MULTIPLE,
        "下列哪些属于儿童主任的工作？",
        ("建立儿童信息台账", "定期走访重点儿童", "宣传儿童保护政策", "代替父母签署手术同意书"),
        (0, 1, 2),
        _TEN,
    ),
    Question(
        MULTIPLE,
        "与受到惊吓的孩子谈话时，哪些做法合适？",
        ("选择安静、安全的地方", "耐心倾听，不催促", "反复追问细节", "用孩子听得懂的话"),
        (0, 1, 3),
        _TEN,
    ),
    Question(TRUE_FALSE, "为了让更多人帮忙，可以把困境儿童的照片和姓名发到朋友圈。", (), (1,), _TEN),
    Question(TRUE_FALSE, "密切接触未成年人的单位发现未成年人疑似受到侵害，应当立即报案。", (), (0,), _TEN),
    Question(TRUE_FALSE, "儿童主任换届交接时，应当把儿童台账和工作记录一并移交。", (), (0,), _TEN),
)


#: What the session of today is asked about.
OF_TODAY = (QUESTIONS[6], QUESTIONS[2], QUESTIONS[4], QUESTIONS[7])


def leave(stage: Stage, current: Current, now: datetime) -> None:
    """The test is open for three weeks, the quiz of today's session until tomorrow; some have taken them."""
    chance = random.Random("结业测试")
    begin = now - timedelta(days=2)
    evening = time(18)
    test = _made(stage, current, None, "结业测试", QUESTIONS, at(local_date(now) + timedelta(days=21), evening), begin)
    directors = [person for code, person in stage.directors.items() if code != KAIYUAN_COMMUNITY]
    waiting = [one for one in directors if quizstanding.standing(one, test, now).obstacle is None]
    # The first ones had a bad day, the last ones wait for a word of the organiser.
    for number, person in enumerate(waiting[:-3]):
        _take(test, person, chance, begin + timedelta(hours=5 * number + 2), knows=0.3 if number < 2 else 0.85)
    today = current.events[3]
    closes = at(local_date(now) + timedelta(days=1), evening)
    quiz = _made(stage, current, today.id, "课后小测", OF_TODAY, closes, begin)
    shown = {stage.directors[KAIYUAN_COMMUNITY], stage.directors[FUQIAO_COMMUNITY]}
    for person, _registration in [row for row in acts.registered(today) if row[0] not in shown][4:16]:
        _take(quiz, person, chance, now - timedelta(minutes=chance.randrange(10, 25)))


def _made(
    stage: Stage,
    current: Current,
    event_id: int | None,
    title: str,
    questions: tuple[Question, ...],
    closes: datetime,
    begin: datetime,
) -> Quiz:
    settings = quizzes.Settings(title, closes_at=closes, pass_mark=quizrules.USUAL_MARK)
    quiz = quizzes.create(current.programme_id, event_id, settings, actor_id=stage.organiser, now=begin)
    quizquestions.set_questions(quiz.id, questions, actor_id=stage.organiser, now=begin)
    return quizzes.publish(quiz.id, actor_id=stage.organiser, now=begin)


def _take(quiz: Quiz, person_id: int, chance: random.Random, when: datetime, knows: float = 0.8) -> None:
    """A try of somebody who knows this share of the answers."""
    begun = quiztaking.start(quiz.id, person_id, now=when, chance=chance)
    answers = {}
    for shown in quiztaking.shown(begun):
        right = [place for place, option, _chosen in shown.options if option in shown.question.right]
        answers[shown.place] = right if chance.random() < knows else [chance.randrange(len(shown.options))]
    quiztaking.hand_in(begun.id, answers, now=when + timedelta(minutes=chance.randrange(4, 9)))
