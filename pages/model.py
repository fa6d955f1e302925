"""Model: what produces the numbers, how large and fast it is, and how well it was measured to do."""

from workbench.copy import say
from workbench.ui import prose
from workbench.ui.boundary import boundary
from workbench.ui.frame import enter_page
from workbench.ui.session import Key
from workbench.ui.widgets.dilemma_result import layer_switch
from workbench.ui.widgets.model_report import LAYERS, draw_identity, draw_layer

language = enter_page("model")
prose.question(say("model.question", language), language)
prose.paragraph(say("model.lead", language))
with boundary(language):
    draw_identity(language)
layer = layer_switch(Key.MODEL_LAYER, "model", LAYERS, language)
with boundary(language):
    draw_layer(layer, language)
