"""A run as one HTML file that needs nothing beside it: no network, no library, no script."""

from __future__ import annotations

import importlib.resources
import re
import shlex
from collections.abc import Sequence
from urllib.parse import quote

from fastcore.bench import estimate
from fastcore.bench.html import heat
from fastcore.bench.html.markup import Markup, element, joined
from fastcore.bench.html.plot import count, figure
from fastcore.bench.html.table import results_table
from fastcore.bench.report import times
from fastcore.bench.results import Race, Run

# Nothing is loaded and nothing is run, whatever a name in the run may hold.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def page(run: Run) -> str:
    """The whole report; its figures are those of the run's JSON, to the last digit in the attributes data-*."""
    style = importlib.resources.files(__name__).joinpath("style.css").read_text(encoding="utf-8")
    style = re.sub(r"/\*.*?\*/|\n\s*", "", style)
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("link", rel="icon", href="data:,"),
        element("title", f"fastcore bench: {summary(run)}"),
        element("style", Markup(style)),
    )
    families = by_family(run.races)
    body = element(
        "body",
        element("a", "Skip to the results", href="#results", class_="skip"),
        element("header", *header(run)),
        navigation(families),
        element(
            "main",
            heat.section(run),
            *(family_section(name, races, run) for name, races in families.items()),
            id="results",
            tabindex="-1",
        ),
        element("footer", element("p", f"Written by fastcore {run.version} from the figures of one run.")),
    )
    return f"<!DOCTYPE html>\n{element('html', head, body, lang='en')}\n"


# ---- the top of the page ----


def header(run: Run) -> list[Markup]:
    notes = [*noise_note(run), *problem_notes(run)]
    return [
        element("h1", "fastcore bench"),
        element("p", f"{summary(run)}.", class_="lead"),
        element("p", method(run), class_="quiet"),
        *notes,
        element("dl", *(element("div", element("dt", name), element("dd", value)) for name, value in about(run))),
        element("p", "To run it again:", class_="again"),
        element("pre", element("code", command(run))),
    ]


def summary(run: Run) -> str:
    """The losses first."""
    verdicts = [race.ratio.verdict for race in run.races if race.ratio is not None]
    if not verdicts:
        return "fastcore was not raced"
    first, behind = verdicts.count("faster"), verdicts.count("slower")
    level = len(verdicts) - first - behind
    parts = [f"behind in {behind}"] * (behind > 0) + [f"first in {first} of {len(verdicts)}"]
    return f"fastcore {', '.join(parts)}" + (f"; no difference shown in {level}" if level else "")


def method(run: Run) -> str:
    ratios = [race.ratio.value for race in run.races if race.ratio is not None]
    mean = f"; geometric mean of the ratios {times(estimate.geometric_mean(ratios))}×" if ratios else ""
    return f"Races against the fastest rival, side by side in one run on one machine{mean}."


def command(run: Run) -> Markup:
    """What to type, which breaks between arguments only."""
    return joined("python -m fastcore.bench", *(joined(" ", element("span", shlex.quote(a))) for a in run.argv))


def about(run: Run) -> list[tuple[str, str]]:
    """The machine and what ran on it."""
    known = {key: str(value) for key, value in run.metadata.items()}
    python = f"{known.get('python_implementation', '')} {known.get('python_version', '')}".strip()
    implementation, isa = known.get("fastcore_implementation", ""), known.get("isa", "none")
    kernels = implementation if isa == "none" else f"{implementation}, {isa}".strip(", ")
    others = dict.fromkeys(r.interpreter for race in run.races for r in race.results if r.interpreter)
    found = [
        ("Processor", known.get("cpu_model_name", "")),
        ("Pinned to", f"cpu {known['cpu_affinity']}" if known.get("cpu_affinity") else ""),
        ("Python", python.replace("cpython", "CPython").replace("pypy", "PyPy")),
        ("Other interpreters", ", ".join(others)),
        ("NumPy", known.get("numpy_version", "")),
        ("fastcore", known.get("fastcore_version", run.version)),
        ("Kernels", kernels),
        ("Platform", known.get("platform", "")),
        ("A function against itself", noise(run)),
    ]
    return [(name, value) for name, value in found if value]


def noise(run: Run) -> str:
    if run.noise is None:
        return "not measured"
    return f"{times(run.noise.value)} [{times(run.noise.low)}, {times(run.noise.high)}]"


def noise_note(run: Run) -> list[Markup]:
    if run.noise is None or not run.noise.is_noise:
        return []
    text = "A function differed from itself by more than 3 %: small differences below mean nothing."
    return [element("p", element("strong", "Noisy machine. "), text, role="note", class_="note")]


def problem_notes(run: Run) -> list[Markup]:
    """The contenders whose result was another, and those that failed."""
    found = []
    for status, text in (("differs", "Results differ: "), ("failed", "Failed: ")):
        sizes: dict[tuple[str, str], list[int]] = {}
        for race in run.races:
            for result in race.results:
                if result.status.startswith(status):
                    sizes.setdefault((race.case, result.label), []).append(race.n)
        if sizes:
            places = (
                joined(heat.case_link(case), f" {label} at n = {'; '.join(map(count, at))}")
                for (case, label), at in sizes.items()
            )
            listed = element("ul", *(element("li", place) for place in places), class_="places")
            found.append(element("div", element("strong", text), listed, role="note", class_="note"))
    return found


def navigation(families: dict[str, list[Race]]) -> Markup:
    links = [("Overview", "#overview"), *((name, f"#{family_id(name)}") for name in families)]
    return element(
        "nav", element("ul", *(element("li", element("a", t, href=h)) for t, h in links)), aria_label="Families"
    )


# ---- families and cases ----


def by_family(races: Sequence[Race]) -> dict[str, list[Race]]:
    found: dict[str, list[Race]] = {}
    for race in races:
        found.setdefault(race.family, []).append(race)
    return found


def family_id(name: str) -> str:
    return f"family:{quote(name)}"


def family_section(name: str, races: Sequence[Race], run: Run) -> Markup:
    cases: dict[str, list[Race]] = {}
    for race in races:
        cases.setdefault(race.case, []).append(race)
    sections = (case_section(case, sorted(of_case, key=lambda r: r.n), run) for case, of_case in cases.items())
    heading = element("h2", name, id=family_id(name))
    return element("section", heading, *sections, class_="family", aria_labelledby=family_id(name))


def case_section(case: str, races: Sequence[Race], run: Run) -> Markup:
    title = next((race.title for race in races if race.title), "")
    finding = next((race.finding for race in races if race.finding), "")
    return element(
        "section",
        element("h3", element("code", case), " " if title else "", element("span", title) if title else ""),
        element("p", finding, class_="finding") if finding else "",
        element("div", figure(case, races), results_table(case, races, run.growths), class_="case"),
        id=quote(case),
        data_case=case,
    )
