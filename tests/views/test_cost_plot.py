"""The figures of what creating slots costs."""

import pytest

from memslot_lab.views.cost_plot import (
    KERNELS,
    ORDERS,
    create_costs,
    eras_figure,
    gfns_in_order,
    orders_figure,
)
from memslot_lab.views.memory_plot import PlotError


@pytest.mark.parametrize("kernel", ["5.6", "5.7"])
def test_create_costs_follow_the_closed_forms(kernel: str) -> None:
    """n(n-1)/2 ascending, nothing descending; with ids from 0 up the tail of 5.6 costs nothing."""
    n = 60

    assert create_costs(kernel, gfns_in_order("ascending", n)) == [i * (i - 1) // 2 for i in range(n + 1)]
    assert create_costs(kernel, gfns_in_order("descending", n)) == [0] * (n + 1)


def test_create_costs_of_high_ids_shift_the_tail_of_5_6() -> None:
    """An id at the end of the tail has everything in front of it but what ends up in front."""
    n = 60
    up = create_costs("5.6, high ids first", gfns_in_order("ascending", n))
    down = create_costs("5.6, high ids first", gfns_in_order("descending", n))

    assert up == [(n - 1) * i for i in range(n + 1)]
    assert down == [(n - 1) * i - i * (i - 1) // 2 for i in range(n + 1)]


def test_random_order_is_the_same_each_time() -> None:
    """The seed decides, and all GFNs are there."""
    assert gfns_in_order("random", 50) == gfns_in_order("random", 50) != gfns_in_order("random", 50, seed=1)
    assert sorted(gfns_in_order("random", 50)) == gfns_in_order("ascending", 50)


def test_unknown_names_are_refused() -> None:
    """The message lists what there is."""
    with pytest.raises(PlotError, match="ascending, random, descending"):
        gfns_in_order("upward", 3)
    with pytest.raises(PlotError, match=r"5\.17"):
        create_costs("4.19", [0])


def test_figures_have_axes_units_source_and_both_ends() -> None:
    """What a figure needs to be understood alone."""
    for figure, panels in ((orders_figure(40), 1), (eras_figure(40), len(ORDERS))):
        axes = figure.axes
        assert len(axes) == panels
        assert {axis.get_xlabel() for axis in axes} == {"slots created"}
        assert "entries shifted" in axes[0].get_ylabel()
        caption = figure.get_supxlabel()
        assert "virt/kvm/kvm_main.c, v5.7" in caption or "v5.17), virt/kvm/kvm_main.c" in caption
        assert "seed 2019" in caption
        words = caption + " ".join(axis.get_title(loc="left") for axis in axes)
        assert "FRONT" in words
        assert "BACK" in words


def test_every_line_is_named_at_its_end_with_its_last_value() -> None:
    """No legend is needed, and lines that end together share a label."""
    n = 40
    labels = [{text.get_text() for text in axis.texts} for axis in eras_figure(n).axes]

    for axis_labels, order in zip(labels, ORDERS, strict=True):
        for kernel in KERNELS:
            value = create_costs(kernel, gfns_in_order(order, n))[-1]
            assert any(kernel in label and label.endswith(f"\n{value:,}") for label in axis_labels), (order, kernel)
