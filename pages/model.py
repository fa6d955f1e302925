"""Model: what produces the numbers, how large it is, and how well it was measured to do."""

from workbench.copy import say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.widgets.model_report import draw_card, draw_identity, draw_parameters

language = enter_page("model")
prose.question(say("model.question", language), language)
prose.paragraph(say("model.lead", language))
with boundary(language):
    draw_identity(language)
with boundary(language):
    draw_parameters(language)
draw_card(language)
