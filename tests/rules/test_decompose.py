"""The shape of the tree: paths sort in document order, a subtree is one range, cycles and gaps are found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.errors import Refusal
from tasks.rules.decompose import ancestor_paths, find_cycle, tree_path, uncovered

positions = st.lists(st.integers(1, 9999), min_size=1, max_size=6)


def bounds(path):
    """The range of paths below `path` that queries read: "." separates levels and "/" follows it in byte order."""
    return f"{path}.", f"{path}/"


def path_of(numbers):
    path = ""
    for number in numbers:
        path = tree_path(path, number)
    return path


@pytest.mark.rule("DEC-05")
def test_path_is_made_of_fixed_width_positions():
    assert tree_path("", 3) == "0003"
    assert tree_path("0003", 12) == "0003.0012"


@pytest.mark.rule("DEC-05")
@given(positions, positions)
def test_paths_sort_in_document_order(one, other):
    """Byte order of the paths is the order of reading: a node before what is below it, siblings by number."""
    assert (path_of(one) < path_of(other)) == (one < other)


@pytest.mark.rule("DEC-05")
@given(positions, positions)
def test_subtree_range_holds_descendants_and_nothing_else(node, other):
    first, end = bounds(path_of(node))
    below = len(other) > len(node) and other[: len(node)] == node
    assert (first <= path_of(other) < end) == below


@pytest.mark.rule("DEC-05")
@given(positions, positions)
def test_ancestors_are_those_whose_subtree_holds_the_node(node, more):
    path = path_of(node + more)
    above = ancestor_paths(path)
    assert above == [path_of((node + more)[:count]) for count in range(1, len(node + more))]
    assert all(first <= path < end for first, end in map(bounds, above))


@pytest.mark.rule("DEC-05")
def test_root_has_no_ancestors():
    assert ancestor_paths("0001") == []


@pytest.mark.rule("DEC-04")
@pytest.mark.parametrize(
    "parents",
    [{"a": "a"}, {"a": "b", "b": "a"}, {"root": None, "a": "root", "b": "d", "c": "b", "d": "c"}],
)
def test_cycle_is_found_and_names_a_node_on_it(parents):
    refusal = find_cycle(parents)
    assert refusal is not None
    assert refusal.code == "DEC-04.cycle"
    code, seen = refusal.params["code"], set()
    while code not in seen:
        seen.add(code)
        code = parents[code]
    assert refusal.params["code"] in seen
    assert code == refusal.params["code"]


@pytest.mark.rule("DEC-04")
@given(st.lists(st.integers(0, 100), max_size=40))
def test_forest_has_no_cycle(numbers):
    """Every node hangs below an earlier one, or is a root."""
    parents = {str(n): (str(number % n) if n and number % 3 else None) for n, number in enumerate(numbers)}
    assert find_cycle(parents) is None


@pytest.mark.rule("DEC-04")
@given(st.integers(1, 8), st.integers(0, 8))
def test_every_ring_is_found_wherever_the_search_starts(length, tail):
    ring = {f"r{n}": f"r{(n + 1) % length}" for n in range(length)}
    chain = {f"t{n}": f"t{n + 1}" for n in range(tail)} | {f"t{tail}": "r0"}
    refusal = find_cycle(chain | ring)
    assert refusal is not None
    assert refusal.params["code"] in ring


@pytest.mark.rule("DEC-04")
def test_parent_that_does_not_exist_is_no_cycle():
    assert find_cycle({"a": "missing"}) is None


@pytest.mark.rule("DEC-06")
def test_uncovered_sentences_keep_their_order():
    sentences = [("1.1", 1), ("1.1", 2), ("1.2", 1)]
    assert uncovered(sentences, [("1.1", 2), ("9.9", 1)]) == [("1.1", 1), ("1.2", 1)]


@pytest.mark.rule("DEC-06")
@given(st.lists(st.tuples(st.sampled_from(["1.1", "1.2"]), st.integers(1, 5)), unique=True), st.data())
def test_covered_and_uncovered_make_up_the_whole(sentences, data):
    covered = data.draw(st.lists(st.sampled_from(sentences), unique=True)) if sentences else []
    missing = uncovered(sentences, covered)
    assert sorted(missing + covered) == sorted(sentences)
    assert uncovered(missing, covered) == missing


def test_cycle_refusal_is_one_the_user_can_read():
    assert Refusal("DEC-04.cycle", {"code": "2.1"}).message != ""
