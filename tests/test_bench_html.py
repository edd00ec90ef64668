"""The HTML report of a run: its figures, its form, and that it needs nothing beside it."""

from __future__ import annotations

import html
import json
import math
import os
import re
import shutil
import signal
import struct
import subprocess
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from fastcore.bench import estimate, results
from fastcore.bench.estimate import Growth, Ratio
from fastcore.bench.html import heat, page, plot
from fastcore.bench.html.markup import element
from fastcore.bench.report import duration, times
from fastcore.bench.results import Race, Result, Run

BROWSER = next(filter(None, map(shutil.which, ("chromium", "google-chrome", "chromium-browser"))), None)
HOSTILE = "<script>alert('\"&')</script>"
METADATA = {
    "python_implementation": "cpython",
    "python_version": "3.13.1",
    "cpu_model_name": "Made-up CPU @ 3.00GHz",
    "fastcore_version": "1.2.3",
    "fastcore_implementation": "native",
    "isa": "avx2",
    "numpy_version": "2.4.0",
    "cpu_affinity": "1",
    "unit": "second",
}


# ---- made-up runs ----


def timed(name, role, seconds, **known):
    """A contender's result with five passes of three rounds, a few per cent apart."""
    passes = tuple(tuple(seconds * (1 + 0.02 * p + 0.003 * r) for r in range(3)) for p in range(5))
    return Result(name, role, "=", loops=4, passes=passes, first=2 * seconds, **known)


def race(case, n, *found, title="a title", finding=""):
    """The results with their ratios to the fastest rival."""
    rivals = [r for r in found if r.role in ("builtin", "numpy", "peer") and r.is_timed and not r.interpreter]
    rival = min(rivals, key=lambda r: r.seconds, default=None)
    if rival is not None:
        found = tuple(against(r, rival) for r in found)
    mine = next((r for r in found if r.role == "fastcore" and not r.interpreter), None)
    return Race(
        case,
        title,
        n,
        tuple(found),
        rival="" if rival is None else rival.contender,
        ratio=None if mine is None or rival is None else mine.ratio,
        finding=finding,
    )


def against(result, rival):
    if result is rival or not result.is_timed:
        return replace(result, base=rival.contender)
    value = rival.seconds / result.seconds
    ratio = Ratio(value, 0.98 * value, 1.02 * value)
    return replace(result, base=rival.contender, ratio=ratio, is_paired=not result.interpreter)


def run_of(*races, **known):
    return Run(tuple(races), {**METADATA, **known.pop("metadata", {})}, version="1.2.3", **known)


def plain_run(families=5, cases=3, sizes=(100, 10_000, 100_000), peers=0):
    """Everything has a time; fastcore wins the small sizes, is level at the middle one and loses the largest."""
    races = []
    for family in ("sums", "transforms", "joins", "fibonacci", "sorting")[:families]:
        for i in range(cases):
            for n in sizes:
                best = min(9e-9 * n + 1e-7, 1e-9 * n + 4e-6)
                found = [
                    timed("reference", "reference", 80e-9 * n),
                    timed("sum(map(str, values))", "builtin", 9e-9 * n + 1e-7),
                    timed("np.add.reduce", "numpy", 1e-9 * n + 4e-6),
                    *(timed(f"peer {k}", "peer", (2 + k) * 1e-9 * n + 5e-6) for k in range(peers)),
                    timed("fastcore", "fastcore", best * (n / 10_000) ** 0.2),
                ]
                races.append(race(f"{family}/work-{i}", n, *found, title=f"work number {i} of {family}"))
    return run_of(*races, argv=("-n", "100,1e4,1e5"), noise=Ratio(1.0, 0.99, 1.01))


def odd_run():
    """All that may be missing, failed, skipped, rough, of another interpreter or of one size."""
    pypy = "PyPy 3.9.16"
    growths = {
        "sums/list-int/fastcore": Growth("n", 1e-7, 2e-9, 0.02),
        "sums/list-int/sum": Growth("n log n", 0.0, 3e-9, 0.3),
    }
    races = [
        race(
            "sums/list-int",
            n,
            timed("reference", "reference", 80e-9 * n, peak_bytes=0),
            timed("sum", "builtin", 6e-9 * n, peak_bytes=8 * n),
            timed("sum", "builtin", 1e-9 * n, interpreter=pypy),
            timed("reference", "reference", 2e-9 * n, interpreter=pypy, peak_bytes=12_345_678),
            Result("polars", "peer", "not installed"),
            Result("another", "peer", "not installed"),
            Result("slow", "peer", "skipped (est. 9 s)"),
            Result("np.sum(list)", "numpy", "differs", first=3e-3),
            Result("broken", "peer", "failed (ValueError)"),
            timed("np.sum float32", "numpy", 4e-9 * n, is_rough=True),
            timed("fastcore", "fastcore", 2e-9 * n),
            finding="The builtin is hard to beat.",
        )
        for n in (10, 1000, 1_000_000)
    ]
    races += [
        race("howto/wait", 4, timed("one by one", "reference", 0.2), timed("ThreadPool(4)", "builtin", 0.05)),
        race("howto/once", 30, Result("recursion", "reference", "=", first=0.8), timed("fastcore", "fastcore", 1e-7)),
        race(
            "joins/one-size",
            1000,
            timed("reference", "reference", 1e-4),
            timed("a name that is far too long for any row of a plot, and goes on and on and on", "peer", 2e-5),
            timed("fastcore", "fastcore", 1e-6),
        ),
        race("joins/nothing", 10, Result("polars", "peer", "not installed"), Result("fastcore", "fastcore", "differs")),
    ]
    return run_of(*races, argv=("sums/*", "--fit", "-p", "pypy3"), noise=Ratio(1.1, 1.05, 1.2), growths=growths)


NEAR_SIZES = [
    race("sorting/near", n, timed("fastcore", "fastcore", 1e-9 * n)) for n in (1000, 1024, 2048, 4096, 1_000_000)
]
RUNS = {
    "plain": plain_run(),
    "odd": odd_run(),
    "crowd": plain_run(1, 2, (10, 100, 1000, 1_000_000), peers=12),
    "without fastcore": run_of(race("howto/wait", 4, timed("a", "reference", 1.0), timed("b", "builtin", 0.5))),
    "empty": run_of(),
}
PAGES = {name: page(run) for name, run in RUNS.items()}


@pytest.fixture(params=sorted(RUNS))
def name(request):
    return request.param


def parsed(text):
    return ElementTree.fromstring(text.partition("\n")[2])


# ---- figures ----


class Figures(HTMLParser):
    """The figures of a page: by case, n and label the attributes data-*; and those of the overview's cells."""

    def __init__(self):
        super().__init__()
        self.rows, self.cells = {}, []
        self.case = self.n = self.label = self.place = None

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        self.case = known.get("data-case", self.case)
        self.n = int(known["data-n"]) if "data-n" in known else self.n
        figures = {key[5:]: value for key, value in known.items() if key.startswith("data-")}
        if tag == "td" and self.case is None:
            self.cells += [tuple(map(float, figures.values()))] if figures else []
        elif tag == "td":
            self.rows.setdefault((self.case, self.n, self.label), {}).update(figures)
        self.place = known.get("scope", self.place)

    def handle_data(self, text):
        if self.place == "row":
            self.label = text
            self.place = None


def figures_of_page(text):
    found = Figures()
    found.feed(text)
    found.close()
    return found


def figures_of_json(run):
    """By case, n and label: what the JSON says of a result that has a time."""
    document = json.loads(results.as_json(run))
    timed = [(b["metadata"], [t for part in b["runs"] for t in part["values"]]) for b in document["benchmarks"]]
    found = {}
    for known, values in timed + [(known, []) for known in document["fastcore"]["skipped"]]:
        label = ("~" if known["rough"] else "") + known["contender"]
        label += f" · {known['interpreter']}" if "interpreter" in known else ""
        figures = {"seconds": estimate.median(values) if values else known.get("first")}
        names = {"ratio": "ratio", "low": "ratio_lo", "high": "ratio_hi", "peak": "peak_bytes"}
        figures.update({ours: known[theirs] for ours, theirs in names.items() if theirs in known})
        if figures["seconds"] is not None:
            found[known["case"], known["n"], label] = figures
    return found


def test_the_figures_are_those_of_the_json(name):
    of_page = {
        place: {key: float(value) for key, value in figures.items() if key != "growth"}
        for place, figures in figures_of_page(PAGES[name]).rows.items()
        if figures
    }
    assert of_page == figures_of_json(RUNS[name])


def test_the_overview_has_the_ratios_to_the_rivals_of_the_json(name):
    known = [b["metadata"] for b in json.loads(results.as_json(RUNS[name]))["benchmarks"]]
    expected = [tuple(m[f"rival_ratio{end}"] for end in ("", "_lo", "_hi")) for m in known if "rival_ratio" in m]
    assert sorted(figures_of_page(PAGES[name]).cells) == sorted(expected)


def test_every_figure_can_be_read_as_in_the_terminal():
    text = PAGES["plain"]
    for found in (result for race in RUNS["plain"].races for result in race.results):
        assert f">{duration(found.seconds)}<" in text
        if found.ratio is not None:
            assert f">{times(found.ratio.value)}×<" in text
            assert f">[{times(found.ratio.low)}, {times(found.ratio.high)}]<" in text


def test_a_run_that_was_read_from_its_json_gives_the_same_page(name):
    assert page(results.from_json(results.as_json(RUNS[name]))).count("<tr") == PAGES[name].count("<tr")


# ---- what it says ----


def text_of(tree):
    return re.sub("[ \n]+", " ", "".join(tree.itertext())).strip()


def section_of(text, case):
    return next(part for part in parsed(text).iter("section") if part.get("data-case") == case)


def rows_of(text, case):
    return [[text_of(cell) for cell in row] for row in section_of(text, case).iter("tr")]


def test_the_header_names_the_machine_and_the_command():
    header = text_of(parsed(PAGES["odd"]).find("body/header"))
    for words in ("Made-up CPU", "CPython 3.13.1", "PyPy 3.9.16", "2.4.0", "1.2.3", "native, avx2", "cpu 1"):
        assert words in header
    assert "python -m fastcore.bench 'sums/*' --fit -p pypy3" in header


def test_a_noisy_machine_is_said_to_be_one():
    assert "Noisy machine" in PAGES["odd"]
    assert "Noisy machine" not in PAGES["plain"]


def test_the_summary_counts_the_losses_first():
    verdicts = [race.ratio.verdict for race in RUNS["plain"].races]
    assert verdicts.count("slower") == 15
    title = parsed(PAGES["plain"]).find("head/title").text
    assert title == "fastcore bench: fastcore behind in 15, first in 15 of 45; no difference shown in 15"


def test_the_geometric_mean_of_the_ratios_is_told():
    ratios = (Ratio(2.0, 2.0, 2.0), Ratio(8.0, 8.0, 8.0))
    races = (Race("a/b", "", n, (), "x", ratio) for n, ratio in enumerate(ratios, 1))
    assert "geometric mean of the ratios 4.00×" in page(run_of(*races))


def test_the_losses_are_named_with_rival_and_ratio():
    losses = text_of(parsed(PAGES["plain"]).find(".//ul[@class='places']"))
    lost = [race for race in RUNS["plain"].races if race.ratio.verdict == "slower"]
    for race in lost:
        at = f"{times(race.ratio.value)}× at n\u00a0=\u00a0{plot.count(race.n)}"
        assert f"{race.case} {race.rival}: {at}" in losses


def test_results_that_differ_and_contenders_that_failed_are_named_at_the_top():
    header = text_of(parsed(PAGES["odd"]).find("body/header"))
    at = "at n = 10; 1\u202f000; 1\u202f000\u202f000"
    assert f"Results differ: sums/list-int np.sum(list) {at}" in header
    assert f"Failed: sums/list-int broken {at}" in header


def test_each_cell_of_the_overview_says_who_won_without_colour_and_leads_to_its_case():
    tree = parsed(PAGES["plain"])
    cells = [cell for cell in tree.find(".//*[@class='scroll heat']").iter("td") if len(cell)]
    assert len(cells) == 45
    sections = {part.get("id") for part in tree.iter("section")}
    for cell in cells:
        kind = cell.get("class").rstrip("1234")
        assert text_of(cell)[0] == {"win": "▲", "loss": "▼", "level": "≈"}[kind]
        assert cell.find("a").get("href")[1:] in sections


def test_a_colour_is_deeper_the_further_from_one():
    classes = [heat.colour(Ratio(v, v * 0.99, v * 1.01)) for v in (0.01, 0.1, 0.3, 0.9, 1.0, 1.1, 3, 10, 100)]
    assert classes == ["loss4", "loss3", "loss2", "loss1", "level", "win1", "win2", "win3", "win4"]


def test_cases_without_fastcore_are_not_in_the_overview():
    overview = text_of(parsed(PAGES["odd"]).find(".//*[@class='scroll heat']"))
    assert "one-size" in overview
    assert "wait" not in overview
    assert "No case of this run has fastcore in it." in PAGES["without fastcore"]


def test_a_cell_without_a_ratio_says_why():
    once = Result("fastcore", "fastcore", "=", first=1.0)
    shown = [
        race("a/differs", 1, Result("fastcore", "fastcore", "differs"), timed("x", "peer", 1.0)),
        race("a/alone", 1, timed("fastcore", "fastcore", 1.0)),
        race("a/once", 1, once, timed("x", "peer", 1.0)),
    ]
    cells = parsed(page(run_of(*shown))).findall(".//td[@class='none']")
    assert list(map(text_of, cells)) == ["differs", "no rival", "not timed"]


def test_many_sizes_are_split_into_a_table_a_family():
    races = [race(f"{f}/w", n, timed("fastcore", "fastcore", 1.0)) for f in "ab" for n in range(1, 10)]
    assert page(run_of(*races)).count('class="scroll heat"') == 2


def test_what_has_no_time_has_one_row_a_reason():
    rows = rows_of(PAGES["odd"], "sums/list-int")
    for row in ("polars, another: not installed", "slow: skipped (est. 9 s)", "broken: failed (ValueError)"):
        assert rows.count([row]) == 3


def test_a_ratio_of_times_that_were_not_taken_side_by_side_is_marked():
    pypy = [row for row in rows_of(PAGES["odd"], "sums/list-int") if "reference · PyPy 3.9.16" in row]
    assert len(pypy) == 3
    for row in pypy:
        assert any(re.fullmatch(r"~[0-9.]+×", cell) for cell in row)
    others = [cell for row in rows_of(PAGES["plain"], "sums/work-0") for cell in row]
    assert not any(cell.startswith("~") for cell in others)


def test_the_base_is_named_and_a_time_of_one_call_is_marked():
    row = next(row for row in rows_of(PAGES["odd"], "sums/list-int") if "np.sum float32" in row[0] + row[1])
    assert "base" in row
    assert ["recursion", "800 ms once"] == rows_of(PAGES["odd"], "howto/once")[2][:2]


def test_columns_of_memory_and_growth_are_there_if_anything_has_it():
    heading = rows_of(PAGES["odd"], "sums/list-int")[0]
    assert heading[-3:] == ["peak", "grows as", "same?"]
    assert rows_of(PAGES["plain"], "sums/work-0")[0][-2:] == ["verdict", "same?"]
    fastcore = next(row for row in rows_of(PAGES["odd"], "sums/list-int") if "fastcore" in row)
    assert fastcore[-3:] == ["–", "n ±2 %", "="]
    assert "12.3 MB" in PAGES["odd"]


def test_the_finding_is_shown():
    assert text_of(section_of(PAGES["odd"], "sums/list-int").find("p")) == "The builtin is hard to beat."


# ---- pictures ----


def test_every_point_is_reached_by_the_keyboard_and_says_its_figures():
    section = section_of(PAGES["odd"], "sums/list-int")
    labels = [spot.get("aria-label") for spot in section.iter("i") if spot.get("tabindex") == "0"]
    assert len(labels) == 3 * 6  # what is missing or differs has no point
    assert "fastcore, n = 1\u202f000: 2.09 µs (2.01 to 2.17 µs)" in labels


def test_a_point_is_where_its_time_and_size_are():
    axis = plot.axis_of([1e-6, 1e-3], 100, 200, 10)
    assert axis(1e-6) == pytest.approx(110)
    assert axis(1e-3) == pytest.approx(190)
    assert axis(math.sqrt(1e-9)) == pytest.approx(150)
    assert plot.axis_of([3.0, 3.0], 0, 100, 10)(3.0) == pytest.approx(50)


@pytest.mark.parametrize(("low", "high"), [(1e-9, 1e2), (2e-6, 3e-6), (1e-6, 1e-4), (0.3, 0.9), (5e-7, 5e-7)])
def test_an_axis_has_a_few_round_ticks(low, high):
    ticks = plot.axis_of([low, high], 0, 100, 5).ticks
    assert 1 <= len(ticks) <= 8
    assert all(f"{tick:.0e}"[0] in "125" and float(f"{tick:.0e}") == pytest.approx(tick) for tick in ticks)


def test_bars_are_the_extremes_of_the_medians_of_passes():
    found = plot.point(10, Result("x", "peer", "=", passes=((1.0, 9.0, 2.0), (), (3.0,), (2.5, 2.7))))
    assert (found.low, found.high) == (2.0, 3.0)
    assert found.seconds == 2.6


def test_everything_drawn_is_inside_its_picture(name):
    for picture in parsed(PAGES[name]).iter("svg"):
        width, height = map(float, picture.get("viewBox", "0 0 34 14").split()[2:])
        for path in picture.iter("path"):
            for x, y in re.findall(r"M(-?[0-9.]+) (-?[0-9.]+)", path.get("d")):
                assert 0 < float(x) < width
                assert 0 < float(y) <= height
            for y in re.findall(r"V(-?[0-9.]+)", path.get("d")):
                assert 0 < float(y) <= height


def test_no_two_contenders_of_a_picture_look_alike(name):
    races = RUNS[name].races
    for case in {race.case for race in races}:
        styles = [s.style for s in plot.series_of([race for race in races if race.case == case])]
        assert len({(style.classes, plot.MARKERS[style.marker]) for style in styles}) == len(styles)
        assert [style for style in styles if style.hue == "fastcore"] in ([], [plot.Style("fastcore", 0, 0)])


def test_markers_alone_tell_a_dozen_contenders_apart():
    names = [("fastcore", "fastcore"), *((f"peer {i}", "peer") for i in range(11))]
    styles = plot.styles_of(Result(name, role, "=") for name, role in names).values()
    assert len({(plot.MARKERS[style.marker], "hollow" in style.classes) for style in styles}) == 12


def test_labels_of_times_do_not_overlap():
    for k in range(0, 150, 3):
        found = [timed("fastcore", "fastcore", 3e-8), timed("x", "peer", 3e-8 * 1.2**k)]
        tree = parsed(page(run_of(race("a/b", 1, *found))))
        places = [float(t.get("x")) for t in tree.findall(".//div[@class='plot']/svg/g[@class='middles']/text")]
        assert places
        assert all(b - a >= 50 for a, b in zip(places, places[1:]))


def test_sizes_that_are_too_near_to_each_other_have_no_label():
    picture = parsed(page(run_of(*NEAR_SIZES))).find(".//div[@class='plot']/svg")
    assert [text_of(label) for label in picture.findall("g[@class='middles']/text")] == [
        "1\u202f000",
        "4\u202f096",
        "10⁶",
    ]


def test_one_size_alone_is_a_row_a_contender_with_a_name_that_fits():
    picture = section_of(PAGES["odd"], "joins/one-size").find(".//svg")
    names = [t.text for t in picture.iter("text") if t.get("class") == "name"]
    assert names[0] == "fastcore"
    assert max(map(len, names)) == plot.LONGEST_NAME
    assert names[1].endswith("…")


# ---- form ----


def test_a_page_is_well_formed_and_has_its_landmarks(name):
    tree = parsed(PAGES[name])
    assert tree.tag == "html"
    assert tree.get("lang") == "en"
    assert [part.tag for part in tree.find("body")] == ["a", "header", "nav", "main", "footer"]
    identifiers = [part.get("id") for part in tree.iter() if part.get("id")]
    assert len(set(identifiers)) == len(identifiers)
    assert {link.get("href")[1:] for link in tree.iter("a")} <= set(identifiers)


def test_headings_are_in_order(name):
    levels = [int(part.tag[1]) for part in parsed(PAGES[name]).iter() if re.fullmatch("h[1-6]", part.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:]))


def test_tables_and_pictures_are_labelled(name):
    tree = parsed(PAGES[name])
    for table in tree.iter("table"):
        assert table.find("caption").text
        assert all(heading.get("scope") for heading in table.iter("th"))
    for picture in tree.iter("svg"):
        if picture.get("aria-hidden") != "true":
            assert picture.get("role") == "img"
            assert picture.find("title").text
            assert picture.find("desc").text


def test_the_rows_of_a_table_have_as_many_cells_as_its_heading(name):
    for table in parsed(PAGES[name]).iter("table"):
        columns = len(table.find("thead/tr"))
        for body in table.findall("tbody"):
            spanned = sum(int(cell.get("rowspan", 1)) - 1 for cell in body.iter("th"))
            cells = sum(int(cell.get("colspan", 1)) for row in body for cell in row)
            assert cells + spanned == columns * len(body)


def test_nothing_outside_the_page_is_referred_to(name):
    text = PAGES[name]
    assert "://" not in text
    assert "<script" not in text
    assert "@import" not in text
    assert "url(" not in text
    references = [v for part in parsed(text).iter() for k, v in part.attrib.items() if k in ("href", "src", "srcset")]
    assert all(value.startswith("#") or value == "data:," for value in references)


def test_all_text_of_a_run_is_escaped():
    hostile = race(
        f"sums/{HOSTILE}",
        10,
        timed(f"rival {HOSTILE}", "peer", 1.0, interpreter=HOSTILE),
        timed(f"other {HOSTILE}", "peer", 1.0),
        Result(HOSTILE, "peer", f"failed ({HOSTILE})"),
        timed("fastcore", "fastcore", 0.5),
        title=HOSTILE,
        finding=HOSTILE,
    )
    metadata = dict.fromkeys(METADATA, HOSTILE)
    growths = {f"sums/{HOSTILE}/fastcore": Growth(HOSTILE, 0.0, 1.0, 0.0)}
    text = page(Run((hostile,), metadata, HOSTILE, (HOSTILE, "\udc80\x00"), growths=growths))
    assert "<script" not in text
    assert "alert(&#x27;&quot;&amp;" in text
    text.encode("utf-8")
    tree = parsed(text)
    assert HOSTILE in text_of(tree.find("body/header"))
    assert section_of(text, f"sums/{HOSTILE}").find("h3").find("code").text == f"sums/{HOSTILE}"


def test_markup_is_not_escaped_twice():
    assert element("p", element("b", "a<b"), " & ", class_="x", title=None) == '<p class="x"><b>a&lt;b</b> &amp; </p>'


def test_a_page_is_small():
    assert len(PAGES["plain"].encode()) < 150_000
    races = plain_run(5, 1, peers=4).races
    many = run_of(*(replace(race, case=f"{race.case}{i}") for race in races for i in range(40)))
    assert len({race.case for race in many.races}) == 200
    assert len(page(many).encode()) < 3_000_000


# ---- colours ----


def schemes():
    """The colours of the style sheet by name, light and dark."""
    style = re.search("<style>(.*?)</style>", PAGES["empty"], re.DOTALL).group(1)
    parts = style.split("color-scheme: dark")
    light, dark = (dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", part)) for part in parts)
    assert light.keys() == dark.keys()
    return {"light": light, "dark": dark}


def contrast(one, other):
    """WCAG 2.2's contrast ratio of two colours."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_text_stands_out_from_what_is_behind_it(scheme):
    colours = schemes()[scheme]
    pairs = [("tip-text", "tip"), ("text", "raised"), ("text", "own"), ("quiet", "own"), ("text", "note")]
    pairs.append(("link", "note"))
    pairs += [(text, ground) for text in ("text", "quiet", "link") for ground in ("ground", "surface")]
    pairs += [(name, name[:-5]) for name in colours if re.fullmatch("(win|loss|level).*-text", name)]
    assert len(pairs) == 6 + 6 + 9
    assert [pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5] == []


@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_lines_and_markers_stand_out_from_the_ground(scheme):
    colours = schemes()[scheme]
    hues = ["fastcore", "reference", "builtin", "numpy", *(f"peer{i}" for i in range(plot.PEER_HUES))]
    assert [hue for hue in hues if contrast(colours[hue], colours["surface"]) < 3] == []


# ---- in a browser ----


MEASURE = """
const found = {overlaps: [], outside: [], tips: []};
const page = document.documentElement;
found.width = innerWidth;
found.isWide = page.scrollWidth > page.clientWidth;
for (const picture of document.querySelectorAll(".plot svg")) {
  const frame = picture.getBoundingClientRect();
  const boxes = [...picture.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
  boxes.forEach(([name, a], i) => {
    if (a.left < frame.left || a.right > frame.right || a.top < frame.top || a.bottom > frame.bottom)
      found.outside.push(name);
    for (const [other, b] of boxes.slice(i + 1))
      if (a.left < b.right && b.left < a.right && a.top + 2 < b.bottom && b.top + 2 < a.bottom)
        found.overlaps.push([name, other]);
  });
}
for (const point of document.querySelectorAll(".plot i")) {
  point.focus();
  const tip = getComputedStyle(point, "::after");
  const box = point.getBoundingClientRect(), width = parseFloat(tip.width);
  const left = point.matches(".east") ? box.right - width : box.left;
  if (document.activeElement !== point || !(left >= 0 && left + width <= page.clientWidth))
    found.tips.push([point.ariaLabel, left, width]);
}
parent.document.body.innerHTML = "<pre>" + JSON.stringify(found) + "</pre>";
"""


def browse(tmp_path, text, *arguments):
    path = tmp_path / "page.html"
    path.write_text(text, encoding="utf-8")
    command = [
        BROWSER,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        "--host-resolver-rules=MAP * ~NOTFOUND",
        "--enable-logging=stderr",
        f"--user-data-dir={tmp_path / 'profile'}",
        *arguments,
        path.as_uri(),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            out, err = process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # its children too, which would hold the pipes open
            raise
    assert process.returncode == 0
    return out, err


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
def test_a_browser_shows_the_figures_and_has_nothing_to_say(tmp_path):
    document, log = browse(tmp_path, PAGES["odd"], "--dump-dom")
    assert b"CONSOLE" not in log
    shown, written = (figures_of_page(text) for text in (document.decode(), PAGES["odd"]))
    assert shown.rows == written.rows
    assert shown.cells == written.cells
    assert shown.rows


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", (390, 1280))
def test_nothing_overlaps_or_is_cut_off(tmp_path, width):
    text = page(run_of(*RUNS["odd"].races, *RUNS["crowd"].races, *NEAR_SIZES))
    text = re.sub("<meta http-equiv[^>]*>", "", text).replace("</body>", f"<script>{MEASURE}</script></body>")
    # A window has a least width, a frame has not.
    frame = f'<body><iframe style="width: {width}px; height: 844px" srcdoc="{html.escape(text)}"></iframe></body>'
    document, _ = browse(tmp_path, frame, "--dump-dom")
    found = json.loads(re.search("<pre>({.*})</pre>", document.decode()).group(1))
    assert found == {"width": width, "isWide": False, "overlaps": [], "outside": [], "tips": []}


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("scheme", (0, 1), ids=("dark", "light"))
def test_a_browser_draws_the_page_in_the_scheme_that_is_preferred(tmp_path, scheme):
    picture = tmp_path / "page.png"
    browse(
        tmp_path,
        PAGES["plain"],
        f"--screenshot={picture}",
        "--window-size=800,600",
        f"--blink-settings=preferredColorScheme={scheme}",
    )
    ground = schemes()["dark" if scheme == 0 else "light"]["ground"]
    assert first_pixel(picture.read_bytes()) == tuple(int(ground[i : i + 2], 16) for i in (1, 3, 5))


def first_pixel(png):
    """Red, green and blue at the top left: of a PNG's first pixel all filters give the bytes as they are."""
    import zlib

    assert png[12:16] == b"IHDR"
    assert struct.unpack(">IIBB", png[16:26])[2:] in ((8, 2), (8, 6))
    data, offset = b"", 8
    while offset < len(png):
        length = struct.unpack(">I", png[offset : offset + 4])[0]
        if png[offset + 4 : offset + 8] == b"IDAT":
            data += png[offset + 8 : offset + 8 + length]
        offset += 12 + length
    return tuple(zlib.decompress(data)[1:4])
