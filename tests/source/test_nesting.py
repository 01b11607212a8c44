from kg.source.nesting import DEPTH, FIRST, NIL, REST, nesting

P = "<http://example.org/p>"
S = "<http://example.org/s>"


def test_a_graph_without_blank_nodes_nests_nothing() -> None:
    assert not nesting({"": {S: [(P, S)]}}).nested


def test_a_node_referenced_once_is_nested_and_one_referenced_twice_is_not() -> None:
    assert nesting({"": {S: [(P, "_:once"), (P, "_:twice")], "_:once": [(P, "_:twice")]}}).nested == {"_:once"}


def test_the_nodes_of_a_circle_are_not_nested_but_what_hangs_on_them_is() -> None:
    tree = nesting({"": {"_:a": [(P, "_:b")], "_:b": [(P, "_:a"), (P, "_:leaf")]}})
    assert tree.nested == {"_:leaf"}


def test_the_cells_of_a_list_are_those_whose_rests_end_in_nil() -> None:
    subjects = {
        S: [(P, "_:1"), (P, "_:open")],
        "_:1": [(FIRST, S), (REST, "_:2")],
        "_:2": [(FIRST, S), (REST, NIL)],
        "_:open": [(FIRST, S), (REST, S)],
    }
    tree = nesting({"": subjects})
    assert tree.cells == {"_:1", "_:2"}
    assert tree.nested == {"_:1", "_:2", "_:open"}


def test_one_node_in_each_depth_plus_one_keeps_its_label() -> None:
    chain = {f"_:{level}": [(P, f"_:{level + 1}")] for level in range(40)}
    labelled = {f"_:{level}" for level in range(41)} - nesting({"": {S: [(P, "_:0")], **chain}}).nested
    assert labelled == {f"_:{level}" for level in range(DEPTH, 41, DEPTH + 1)}
