"""The box that selects all rows is rendered once a language, and everything else anew."""

from django.utils import translation

from accounts.admin.renderer import WidgetRenderer

BOX = "django/forms/widgets/checkbox.html"


def box(name, label):
    return {"widget": {"name": name, "type": "checkbox", "value": None, "attrs": {"aria-label": label}}}


def test_the_box_above_a_list_is_kept_for_each_language_and_no_other_widget_is():
    renderer = WidgetRenderer()
    with translation.override("en"):
        first = renderer.render(BOX, box("action-toggle", "Select all"))
        again = renderer.render(BOX, box("action-toggle", "never seen"))
        other = renderer.render(BOX, box("agree", "I agree"))
    with translation.override("zh-hans"):
        chinese = renderer.render(BOX, box("action-toggle", "全选"))
    assert first == again
    assert 'aria-label="Select all"' in first
    assert 'aria-label="全选"' in chinese
    assert 'aria-label="I agree"' in other
