"""Where fastcore wins and loses: a cell for each case and size, coloured by the logarithm of the ratio."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from fastcore.bench.estimate import NO_DIFFERENCE, Ratio
from fastcore.bench.html.markup import Markup, element, joined
from fastcore.bench.html.plot import count
from fastcore.bench.report import duration, times
from fastcore.bench.results import SAME, Race, Run

MARKS = {"faster": "▲", "slower": "▼", NO_DIFFERENCE: "≈"}
DEEPER = (2, 5, 20)  # the ratios from which on a colour is deeper, to either side
MOST_COLUMNS = 8  # of one table for all families; with more sizes each family has its own
TITLE = "Where fastcore wins and loses"
CAPTION = "fastcore against its fastest rival"


def section(run: Run) -> Markup:
    raced = [race for race in run.races if race.fastcore is not None]
    heading = element("h2", TITLE, id="overview")
    if not raced:
        return element("section", heading, element("p", "No case of this run has fastcore in it."))
    sizes = {race.n for race in raced}
    families = list(dict.fromkeys(race.family for race in raced))
    groups = [families] if len(sizes) <= MOST_COLUMNS else [[family] for family in families]
    tables = (table([race for race in raced if race.family in group], group) for group in groups)
    return element("section", heading, *losses(raced), key(), *tables, aria_labelledby="overview")


# ---- above the table ----


def losses(races: Sequence[Race]) -> list[Markup]:
    """The races that were lost, the worst case first, and those that show no difference."""
    raced = [(race, race.ratio) for race in races if race.ratio is not None]
    found = []
    for verdict, heading in (("slower", "Losses: "), (NO_DIFFERENCE, "No difference shown: ")):
        places: dict[tuple[str, str], list[tuple[int, float]]] = {}
        for race, ratio in raced:
            if ratio.verdict == verdict:
                places.setdefault((race.case, race.rival), []).append((race.n, ratio.value))
        total = sum(map(len, places.values()))
        if total:
            worst_first = sorted(places.items(), key=lambda item: min(value for _, value in item[1]))
            listed = element("ul", *(line(case, rival, at) for (case, rival), at in worst_first), class_="places")
            found += [element("p", element("strong", heading), f"{total} of {len(raced)}."), listed]
        elif raced and verdict == "slower":
            found.append(element("p", element("strong", heading), "none."))
    return found


def line(case: str, rival: str, places: Sequence[tuple[int, float]]) -> Markup:
    """A case and a rival: the ratio at each n."""
    ratios = "; ".join(f"{times(value)}× at n\u00a0=\u00a0{count(n)}" for n, value in places)
    return element("li", case_link(case), f" {rival}: {ratios}")


def case_link(case: str) -> Markup:
    return element("a", case, href=f"#{quote(case)}")


def key() -> Markup:
    """What the signs and colours say."""
    bounds = ", ".join(map(str, DEEPER[:-1]))
    text = (
        "A figure is how many times as fast fastcore is as the rival that is named below it, the fastest. "
        f"Colours are deeper from {bounds} and {DEEPER[-1]} times on."
    )
    signs = [
        element("li", element("span", mark, class_=f"chip {colour}", aria_hidden="true"), f" {words}")
        for mark, colour, words in (
            ("▼", "loss2", "slower"),
            ("≈", "level", "no difference shown"),
            ("▲", "win2", "faster"),
        )
    ]
    return joined(element("p", text, class_="quiet"), element("ul", *signs, class_="key"))


# ---- the table ----


def table(races: Sequence[Race], families: Sequence[str]) -> Markup:
    sizes = sorted({race.n for race in races})
    head = element(
        "tr", element("th", "case", scope="col"), *(element("th", f"n = {count(n)}", scope="col") for n in sizes)
    )
    name = CAPTION if len(families) > 1 else f"{CAPTION}: {families[0]}"
    whole = element(
        "table",
        element("caption", name),
        element("thead", head),
        *(body(family, [race for race in races if race.family == family], sizes) for family in families),
    )
    return element("div", whole, class_="scroll heat", role="region", tabindex="0", aria_label=name)


def body(family: str, races: Sequence[Race], sizes: Sequence[int]) -> Markup:
    cases: dict[str, dict[int, Race]] = {}
    for race in races:
        cases.setdefault(race.case, {})[race.n] = race
    heading = element("tr", element("th", family, scope="rowgroup", colspan=len(sizes) + 1, class_="group"))
    lines = (
        element("tr", row_heading(case, found), *(cell(found[n]) if n in found else EMPTY for n in sizes))
        for case, found in cases.items()
    )
    return element("tbody", heading, *lines)


def row_heading(case: str, races: dict[int, Race]) -> Markup:
    title = next((race.title for race in races.values() if race.title), "")
    name = case.partition("/")[2] or case
    return element("th", element("code", name), element("small", title) if title else "", scope="row")


EMPTY = element("td")


def cell(race: Race) -> Markup:
    if race.ratio is None:
        return element("td", element("a", element("small", reason(race)), href=f"#{quote(race.case)}"), class_="none")
    ratio = race.ratio
    link = element(
        "a",
        element("b", f"{MARKS[ratio.verdict]} {times(ratio.value)}×"),
        element("small", race.rival),
        href=f"#{quote(race.case)}",
        title=explanation(race, ratio),
    )
    return element("td", link, class_=colour(ratio), data_ratio=ratio.value, data_low=ratio.low, data_high=ratio.high)


def reason(race: Race) -> str:
    """Why a race has no ratio."""
    mine = race.fastcore
    if mine is not None and mine.status != SAME:
        return mine.status
    return "not timed" if race.rival else "no rival"


def explanation(race: Race, ratio: Ratio) -> str:
    """A cell in words."""
    rival = race.result(race.rival)
    mine = "" if race.fastcore is None else f"fastcore {duration(race.fastcore.seconds)}, "
    other = race.rival if rival is None else f"{rival.label} {duration(rival.seconds)}"
    return f"{mine}{other}: {ratio.verdict}, {times(ratio.value)}× [{times(ratio.low)}, {times(ratio.high)}]"


def colour(ratio: Ratio) -> str:
    """The class of a cell: warm for a loss, cool for a win, the deeper the larger."""
    if ratio.verdict == NO_DIFFERENCE:
        return "level"
    apart = max(ratio.value, 1 / ratio.value)
    depth = 1 + sum(apart >= bound for bound in DEEPER)
    return f"win{depth}" if ratio.verdict == "faster" else f"loss{depth}"
