"""``vkaudience plan``: what a collection will cost and whom it will bring, before it is begun."""

from __future__ import annotations

import contextlib
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from storage import open_store
from vkaudience.command import common
from vkaudience.doors import collect_settings, open_client
from vkaudience.failures import INTERRUPTED
from vkaudience.output import say, say_json
from vkaudience.watches import watching

if TYPE_CHECKING:
    from collector.plan import Plan
    from collector.plan_parts import Part, Share, Union


# What no counter tells before it is read.
_MORE = {"wall.getComments": "  и ещё по одному на каждую ветку длиннее 10 ответов"}

# Where only the most is known of how many people a rule leaves.
_AT_MOST = dict.fromkeys(
    ("users.get", "wall.get", "users.getSubscriptions"), "  не больше: скольких людей даст правило, покажет сбор"
)
_ASSUMED = (
    "Чего ещё никто не видел, взято из допущений: в сообществе 10 000 человек, на его стене 1000 записей, у человека "
    "30. Точнее скажет vkaudience plan без --offline."
)

_JOIN = "объедините с похожим сообществом."
_SOFTER = "смягчите правило (definition) или добавьте в него сообществ."


@click.command("plan")
@click.option("--offline", is_flag=True, help="не спрашивать VK: по тому, что уже собрано, и по допущениям")
@common
def command(options: Any, as_json: bool, quiet: bool, offline: bool) -> int:
    """Во что обойдётся сбор и кого он даст. Смотрит по три страницы участников, по сто стен людей и по странице стены
    сообщества."""
    from collector.plan import plan

    config = options.load()
    settings = collect_settings(config)
    words = config.given("topics").get("min_words", 20)
    with contextlib.ExitStack() as stack:
        client = None if offline else stack.enter_context(open_client(config))
        store = stack.enter_context(open_store(config.database))
        watch = stack.enter_context(watching(as_json=as_json, quiet=quiet))
        rate = client.rate if client else float(config["vk"]["requests_per_second"])
        found = plan(store, settings, client=client, min_words=words, rate=rate, watch=watch)
    if as_json:
        say_json({"event": "plan", **asdict(found)})
    else:
        for line in _lines(found, settings.sample):
            say(line)
    return INTERRUPTED if found.interrupted else 5 if found.missing else 0


def _lines(plan: Plan, sample: int | None) -> list[str]:
    if not plan.parts and not plan.listed and not plan.drawn:
        return ["Ни об одном сообществе ничего не известно. Запустите vkaudience plan без --offline."]
    lines = ["Остановлено: увидено не всё, числа грубее. Та же команда досмотрит."] if plan.interrupted else []
    lines += [f"Сообщества {name!r} нет в VK или оно удалено: проверьте адрес." for name in plan.missing]
    several = [union for union in plan.unions if len(union.communities) > 1]
    alone = {one.communities for one in plan.unions}
    for part in plan.parts:
        lines += _of_community(part)
        lines += _wanted(part.needed, part.people) if (part.facts.id,) in alone or not plan.unions else []
    for part in plan.rules:
        lines += _of_rule(part) + _wanted(part.needed, part.people, short=_SOFTER)
    for union in several:
        lines += _of_union(union)
    if plan.listed:
        lines.append(f"Людей из списков: {plan.listed}")
    if plan.drawn:
        lines.append(f"Людей в контрольных аудиториях: {plan.drawn}")
    lines += ["", "Вызовы VK:", *_calls(plan), *_days(plan)]
    lines.append(f"Место на диске: около {max(1, round(plan.disk / 1_000_000))} МБ.")
    if any(part.facts.assumed for part in plan.parts):
        lines.append(_ASSUMED)
    return lines + _enough(plan, sample)


def _calls(plan: Plan) -> list[str]:
    more = _MORE | (_AT_MOST if any(part.facts.at_most for part in plan.rules) else {})
    lines = [f"  {method:<24}{number:>9}{more.get(method, '')}" for method, number in plan.calls.items()]
    if plan.calls.keys() <= {"groups.getById"}:
        lines.append("  Остальное собрано недавно ([collect] refresh_hours): сегодня читать больше нечего.")
    return [*lines, f"  Время {_duration(plan.seconds)} при разрешённой частоте вызовов."]


def _days(plan: Plan) -> list[str]:
    """Whether the walls fit into today, and how much of them does."""
    left = plan.left["wall.get"]
    if plan.days == 1:
        return [f"  Хватит одного дня: сегодня осталось вызовов wall.get: {left} из 5000."]
    lines = [f"  Дней: {plan.days}. VK отдаёт 5000 стен (wall.get) в сутки, сегодня осталось {left}."]
    if plan.fits:
        words = sum(round(part.today * part.worded.value) for part in (*plan.parts, *plan.rules))
        # Without a call left it is what was read already that suffices for so many.
        how = "Сегодня поместится" if left else "Уже прочитанного хватит на"
        lines.append(f"  {how}: [collect] sample = {plan.fits}, людей с текстом около {words}.")
    return lines


def _enough(plan: Plan, sample: int | None) -> list[str]:
    """The sample that leaves enough people with words in every audience, where it is more than the study's."""
    wanted = [union.needed for union in plan.unions if union.people]
    wanted += [part.needed for part in plan.rules if part.people]
    needed = [number for number in wanted if number]
    if not needed or len(needed) < len(wanted) or (sample is not None and sample >= max(needed)):
        return []
    return [f"Чтобы в каждой аудитории осталось 300 человек с текстом: [collect] sample = {max(needed)}."]


def _of_community(part: Part) -> list[str]:
    from collector.reasons import reason

    facts = part.facts
    head = f"«{facts.name}»: участников {facts.members}" + (" (допущение, не измерено)" if facts.assumed else "")
    if facts.refused:
        lost = "людей этого сообщества собрать нельзя." if facts.share else "кто в нём состоит, не узнать."
        return [f"{head}; список VK не отдаёт ({reason(facts.refused)}): {lost}"]
    lines = [f"{head}, с открытой страницей {_shown(part.readable, ('профилю', 'профилям'))}"]
    if facts.wall is None:
        lines.append("  названо после minus: его участники из аудитории исключаются")
    elif facts.emptied:
        lines.append("  после minus из них не остаётся никого")
    elif 0 < facts.share < 1:
        lines.append(f"  из них после minus остаётся около {facts.share:.0%}")
    return lines + _people(part)


def _of_rule(part: Part) -> list[str]:
    """An audience whose rule chooses among the members of several communities, or among who is active."""
    facts = part.facts
    if not facts.members:
        return [f"Аудитория «{facts.name}»: по её правилу людей не будет."]
    many = "не больше" if facts.at_most else "около"
    head = f"Аудитория «{facts.name}»: людей {many} {facts.members}"
    return [f"{head}, с открытой страницей {_shown(part.readable, ('профилю', 'профилям'))}", *_people(part)]


def _people(part: Part) -> list[str]:
    if not part.people:
        return []
    return [
        f"  с достаточным текстом на стене {_shown(part.worded, ('стене', 'стенам'))}",
        f"  будет спрошено людей {part.people}, с текстом из них около {part.with_words}{_precision(part)}",
    ]


def _of_union(union: Union) -> list[str]:
    """An audience of several communities, of which each is drawn from."""
    head = f"Аудитория «{union.name}»: из её сообществ будет спрошено {union.people}"
    told = _wanted(union.needed, union.most, " в каждом сообществе")
    return [f"{head}, с текстом из них около {union.with_words}", *told]


def _wanted(needed: int | None, asked: int, where: str = "", short: str = _JOIN) -> list[str]:
    """How many to ask for, where that is more than are asked; ``short``: what to do where there are not so many."""
    if not asked:
        return []
    if needed is None:
        return [f"  300 человек с текстом здесь не набрать: {short}"]
    return [f"  для 300 человек с текстом нужно спросить{where} {needed}"] if needed > asked else []


def _precision(part: Part) -> str:
    if part.margin is None:
        return ""
    points = round(100 * part.margin)
    return f", доли по ним будут известны до ±{points} п. п." if points else ": все, кто есть"


def _shown(share: Share, what: tuple[str, str]) -> str:
    """A share with its interval; ``what`` it was measured by, as after 1 and as after 5."""
    if not share.n:
        return f"{share.value:.0%} (допущение, не измерено)"
    by = what[share.n % 10 != 1 or share.n % 100 == 11]
    return f"{share.value:.0%} ({share.low:.0%}–{share.high:.0%}, по {share.n} {by})"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "меньше минуты"
    return "не меньше " + (f"{minutes // 60} ч {minutes % 60} мин" if minutes >= 60 else f"{minutes} мин")
